// What the user asks for.
async function wish(path, button, doing) {
  button.disabled = true;
  put($("said"), doing);
  try {
    const headers = { "X-Guard-Token": token, "Accept-Language": language };  // that a refusal is told in
    const answer = await fetch(`api/${path}`, { method: "POST", headers });
    if (!answer.ok) throw new Error(await refusal(answer));
  } catch (error) {
    complain(t("failed", { why: error.message }));
  }
  button.disabled = false;
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
  try {
    const answer = await fetch("api/report", { headers: { "Accept-Language": language } });
    if (!answer.ok) return complain(t("failed", { why: await refusal(answer) }));
    await navigator.clipboard.writeText(await answer.text());
    flash($("report"), t("copied"), t("report"));
  } catch (error) {
    complain(t("copy.failed", { why: error.message }));
  }
};
function flash(button, text, after) {
  put(button, text);
  put($("said"), text);
  setTimeout(() => put(button, after), 1500);
}
