// What the user asks for.
const ANSWERED_WITHIN = 10_000;  // ms: a guard that hangs must not leave the button dead
async function wish(path, button, doing) {
  if (button.ariaDisabled) return;
  button.ariaDisabled = "true";  // not `disabled`, which would take the focus from it
  put($("said"), doing);
  try {
    const headers = { "X-Guard-Token": token, "Accept-Language": language };  // that a refusal is told in
    const signal = AbortSignal.timeout(ANSWERED_WITHIN);
    const answer = await fetch(`api/${path}`, { method: "POST", headers, signal });
    if (!answer.ok) throw new Error(await refusal(answer));
  } catch (error) {
    complain(t("failed", { why: error.message }));
  }
  button.ariaDisabled = null;
}
async function refusal(answer) {
  const { detail, fix } = await answer.json();
  return [detail, fix].filter(Boolean).join("\n");
}
function complain(text) {
  put($("away"), text);
  $("away").hidden = !text;
}
const everyName = () => status.services.map((view) => view.name);
$("restart-all").onclick = ({ currentTarget: button }) =>
  ask("restart", everyName(), t("ask.restartAll"), () => wish("restart", button, t("doing.restartAll")));
$("stop-all").onclick = ({ currentTarget: button }) =>
  ask("stop", everyName(), t("ask.stopAll"), () => wish("stop", button, t("doing.stopAll")), t("ask.stopAll.then", { start }));
$("report").onclick = async () => {
  let text;
  try {
    const headers = { "Accept-Language": language };
    const answer = await fetch("api/report", { headers, signal: AbortSignal.timeout(ANSWERED_WITHIN) });
    if (!answer.ok) throw new Error(await refusal(answer));
    text = await answer.text();
  } catch (error) {
    return complain(t("failed", { why: error.message }));
  }
  await copyText(text, $("report"), t("report"));
};
async function copyText(text, button, after) {
  try {
    await navigator.clipboard.writeText(text);
    flash(button, t("copied"), after);
  } catch (error) {
    complain(t("copy.failed", { why: error.message }));
  }
}
function flash(button, text, after) {
  put(button, text);
  put($("said"), text);
  setTimeout(() => put(button, after), 1500);
}
