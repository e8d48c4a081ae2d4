// What has crashed, and what is known of the past.
let crashes = [];
async function get(path, signal) {
  const answer = await fetch(`api/${path}`, { signal });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}
async function loadPast() {
  const [past, crashed, used] = await Promise.allSettled([get("history"), get("crashes"), get("usage")]);
  if (past.status === "fulfilled") history = past.value.services;
  if (crashed.status === "fulfilled") crashes = crashed.value.crashes;
  if (used.status === "fulfilled") samples = used.value.services;
  remember();
  showHistory();
  showSamples();
  showCrashes();
}
let shownCrashes = "";
function showCrashes() {
  const key = crashes.map((crash) => crash.id).join();
  if (key === shownCrashes) return;
  shownCrashes = key;
  $("no-crash").hidden = crashes.length > 0;
  // What is shown already stays as it is: opened, read, with the focus in it.
  const list = $("crashes"), known = new Map([...list.children].map((item) => [item.dataset.key, item]));
  for (const [key, item] of known) if (!crashes.some(({ id }) => String(id) === key)) item.remove();
  crashes.forEach((crash, at) => {
    const item = known.get(String(crash.id)) ?? itemOf(crash);
    if (list.children[at] !== item) list.insertBefore(item, list.children[at] ?? null);
  });
}
function itemOf(crash) {
  const when = element("time", "quiet", new Date(crash.time).toLocaleString(locale));
  when.dateTime = crash.time;
  const summary = element("summary", "", element("b", "", crash.service), when, element("span", "", told(crash.cause).sentence));
  const details = element("details", "", summary);
  const fix = element("code", "fix", told(crash.cause).fix);
  fix.dataset.word = t("fix");
  if (fix.textContent) details.append(fix);
  const lines = element("pre", "");
  lines.tabIndex = 0;
  lines.setAttribute("aria-label", t("crash.lines", { name: crash.service }));
  for (const line of crash.lines) lines.append(...spans(line), "\n");
  if (crash.lines.length) details.append(lines);
  const item = element("li", "", details);
  item.dataset.key = String(crash.id);
  return item;
}
