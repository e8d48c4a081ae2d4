// What the user asks for.
async function wish(path, button, doing) {
  button.disabled = true;
  put($("said"), doing);
  try {
    const answer = await fetch(`api/${path}`, { method: "POST", headers: { "X-Guard-Token": token } });
    if (!answer.ok) throw new Error((await answer.json()).detail);
  } catch (error) {
    complain(t("failed", { why: error.message }));
  }
  button.disabled = false;
}
function complain(text) {
  put($("away"), text);
  $("away").hidden = !text;
}
$("restart-all").onclick = (event) => wish("restart", event.currentTarget, t("doing.restartAll"));
const STOP_AFTER = 600, STOP_WITHIN = 4000;  // ms: the second half of a double click is no answer
$("stop-all").onclick = (event) => {
  const button = event.currentTarget;
  if (button.dataset.sure) {
    if (event.detail > 1 || Date.now() - Number(button.dataset.sure) < STOP_AFTER) return;
    return wish("stop", button, t("doing.stopAll"));
  }
  button.dataset.sure = String(Date.now());
  put(button, t("stopAll.sure"));
  setTimeout(() => { delete button.dataset.sure; put(button, t("stopAll")); }, STOP_WITHIN);
};
$("report").onclick = async () => {
  try {
    const answer = await fetch("api/report");
    if (!answer.ok) throw new Error(String(answer.status));
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
