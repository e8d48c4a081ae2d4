// Before work is interrupted, it is said what becomes of it, and asked.
const TOLD_WITHIN = 2000;  // ms: a guard that hangs or is stopped must not leave the button dead
const NO_ANSWER_WITHIN = 600;  // ms: the second half of a double click is no answer
async function workOf(names) {
  try {
    const { services } = await get("work", AbortSignal.timeout(TOLD_WITHIN));
    return Object.entries(services).filter(([name]) => names.includes(name));
  } catch { return []; }  // the guard is away, or hangs: the wish itself will say so
}
function fate(verb, name, { kind, count, resumes }) {
  return t(resumes ? `work.${kind}.${verb}` : "work.lost", { count, name });
}
let asking = false;
async function ask(verb, names, title, then, after = "") {
  if (asking) return;
  asking = true;
  const work = await workOf(names);
  if (!work.length && !after) { asking = false; return then(); }
  const since = Date.now();
  put($("ask-title"), title);
  const lines = [...work.map(([name, one]) => fate(verb, name, one)), after].filter(Boolean);
  $("ask-work").replaceChildren(...lines.map((line) => element("p", "", line)));
  put($("ask-do"), t(verb));
  $("ask-do").dataset.verb = verb;
  $("ask-do").onclick = (event) => {
    if (event.detail > 1 || Date.now() - since < NO_ANSWER_WITHIN) return;
    $("ask").close();
    then();
  };
  $("ask").showModal();
}
$("ask").onclose = () => { asking = false; };
$("ask-not").onclick = () => $("ask").close();
