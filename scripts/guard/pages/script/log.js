// The log: every line is kept, those in sight are drawn. Older ones come from the log's files.
const KEPT = 100_000, SLACK = 10_000, OLDER_AT_ONCE = 2000, MAX_OLDER = 200_000, FOUND_AT_ONCE = 500;
const TYPED_WITHIN = 250;  // ms: the files are searched for words, not for each letter of them
const view = $("view");
let lines = [];  // what came while the page was open, and the end of what was there before
let shown = [];  // those of them that the filter lets through, behind what the files have
let older = { count: 0, before: null, end: false, asking: false };
let query = "", least = "", hidden = new Set(), wrap = false;
let paused = false, following = true, missed = 0, drawn = "", scheduled = false, version = 0, reached = 0;
let current = null, searching = 0;
const names = [];

const graver = Object.fromEntries(Object.entries(facts.levels).map(([level, pattern]) => [level, new RegExp(pattern)]));
function grave(line) {
  if (line.grave === undefined) {
    const head = plain(line.text).slice(0, facts.lookedAt);
    line.grave = graver.error.test(head) ? 2 : graver.warning.test(head) ? 1 : 0;
  }
  return line.grave;
}
function matches(line) {
  if (hidden.has(line.name)) return false;
  if (least && grave(line) < (least === "error" ? 2 : 1)) return false;
  return !query || (line.low ??= plain(line.text).toLowerCase()).includes(query);
}
const isFiltered = () => Boolean(query || least || hidden.size);
function append(blocks) {
  for (const block of blocks) {
    if (!names.includes(block.service)) addFilter(block.service);
    const time = Date.parse(block.time);
    for (const text of block.text.split("\n")) {
      const line = { time, name: block.service, text };
      lines.push(line);
      if (!matches(line)) continue;
      if (paused) missed += 1; else shown.push(line);
    }
  }
  if (lines.length > KEPT + SLACK && (following || lines.length > 3 * KEPT)) forget(lines.length - KEPT);
  schedule();
}
function forget(count) {
  const gone = new Set(lines.splice(0, count));
  if (paused) return;
  // What the files had was in front of them: it is there to be asked for again.
  const first = shown.findIndex((line, at) => at >= older.count && !gone.has(line));
  const removed = first < 0 ? shown.length : first;
  shown.splice(0, removed);
  older = { count: 0, before: null, end: false, asking: false };
  version += 1;
  if (!following) view.scrollTop -= removed * rowHeight();
}
function filter() {
  shown = lines.filter(matches);
  older = { count: 0, before: null, end: false, asking: false };
  missed = 0;
  version += 1;
  following = true;
  schedule();
  clearTimeout(searching);
  if (query || least) searching = setTimeout(searchOlder, TYPED_WITHIN);
}

// ---- What was written before: asked for in pieces, from the newest to the oldest

function edge() {
  if (older.before) return older.before;
  const first = lines[0];
  const second = Math.floor((first?.time ?? Date.now() + 1000) / 1000), seen = {};
  for (const line of lines) {
    if (Math.floor(line.time / 1000) !== second) break;
    if (matches(line)) seen[line.name] = (seen[line.name] ?? 0) + 1;
  }
  return { second, seen };
}
const placeText = ({ second, seen }) => [second, ...Object.entries(seen).flat()].join("~");
async function askOlder() {
  const own = older;
  if (own.asking || own.end) return false;
  own.asking = true;
  const search = new URLSearchParams({ before: placeText(edge()), limit: OLDER_AT_ONCE });
  if (query) search.set("text", query);
  if (least) search.set("level", least);
  if (hidden.size) search.set("services", names.filter((name) => !hidden.has(name)).join());
  schedule();
  try {
    const answer = await get(`lines?${search}`);
    if (own !== older) return false;  // another filter by now
    take(answer.lines);
    own.before = answer.before;
    own.end = !answer.before || own.count >= MAX_OLDER;
  } catch (error) {
    if (own === older) { own.end = true; complain(t("failed", { why: error.message })); }
  }
  own.asking = false;
  schedule();
  return own === older && !own.end;
}
function take(found) {
  const before = found.map(({ time, service, text }) => {
    if (!names.includes(service)) addFilter(service);
    return { time: time * 1000, name: service, text };
  });
  if (!before.length) return;
  shown = before.concat(shown);
  older.count += before.length;
  version += 1;
  const top = view.scrollTop;
  draw();
  if (!following) view.scrollTop = top + topOf(before.length);
}
async function searchOlder() {
  const own = older;
  while (own === older && !own.end && shown.length < FOUND_AT_ONCE && await askOlder());
}

// ---- Drawing

function schedule() {
  if (!scheduled) { scheduled = true; requestAnimationFrame(draw); }
}
let height = 0, tops = [0], measured = "";
const rowHeight = () => height ||= parseFloat(getComputedStyle(view).lineHeight);
// Wrapped, a line takes as many rows as its characters need; unwrapped one.
function measure() {
  if (!wrap) return;
  const columns = textColumns();
  const key = `${version},${columns}`;
  if (measured !== key) { measured = key; tops = [0]; }
  while (tops.length <= shown.length) tops.push(tops.at(-1) + Math.max(1, Math.ceil(cells(plain(shown[tops.length - 1].text)) / columns)));
}
const cells = (text) => /^[ -~]*$/.test(text) ? text.length : [...text].reduce((sum, one) => sum + (one === "\t" ? 8 : one > "\u1100" ? 2 : 1), 0);
function textColumns() {
  const probe = element("span", "text", "0".repeat(100));
  const row = element("div", "row", element("time", "", clock.format(0)), element("span", "who", "x"), probe);
  row.style.cssText = "position: absolute; visibility: hidden; width: max-content; min-width: 0; white-space: pre";
  $("space").append(row);
  const character = probe.getBoundingClientRect().width / 100, beside = row.getBoundingClientRect().width - 100 * character;
  row.remove();
  return Math.max(10, Math.floor((view.clientWidth - beside) / character));
}
const rowsBefore = (index) => wrap ? tops[index] : index;
const topOf = (index) => rowsBefore(index) * rowHeight();
function indexAt(top) {
  const row = Math.floor(top / rowHeight());
  if (!wrap) return Math.min(row, shown.length);
  let low = 0, high = shown.length;
  while (low < high) { const middle = (low + high + 1) >> 1; if (tops[middle] <= row) low = middle; else high = middle - 1; }
  return low;
}
function draw() {
  scheduled = false;
  measure();
  $("space").style.height = `${topOf(shown.length)}px`;
  const selecting = !getSelection().isCollapsed && view.contains(getSelection().anchorNode);
  if (following && !selecting) view.scrollTop = topOf(shown.length);
  const first = Math.max(0, indexAt(view.scrollTop) - 10);
  const last = Math.min(shown.length, indexAt(view.scrollTop + view.clientHeight) + 11);
  if (drawn !== (drawn = [version, first, last, wrap, measured].join())) {
    $("rows").style.transform = `translateY(${topOf(first)}px)`;
    $("rows").replaceChildren(...shown.slice(first, last).map(rowOf));
  }
  showCount();
  $("nothing").hidden = shown.length > 0;
  put($("nothing"), older.asking ? t("log.searching") : lines.length || older.before ? t("log.noMatch") : t("log.nothing"));
  $("latest").hidden = following && !paused;
  put($("latest"), missed ? t("log.new", { count: missed }) : t("log.latest"));
}
function showCount() {
  const count = isFiltered() ? t("log.countOf", { shown: shown.length, count: lines.length }) : t("log.count", { count: shown.length });
  const more = older.asking ? t("log.searching") : older.count >= MAX_OLDER ? t("log.tooMany") : "";
  put($("count"), [count, more].filter(Boolean).join(" · "));
}
function rowOf(line) {
  const time = element("a", "", element("time", "", clock.format(line.time)));
  time.href = `#${nameOf(line)}`;
  time.title = t("log.link");
  time.tabIndex = -1;
  const who = element("span", `who c${[6, 3, 2, 5, 4, 1][names.indexOf(line.name) % 6]}`, line.name);
  const row = element("div", line.name === "guard" ? "row said" : "row", time, who, element("span", "text", ...spans(line.text, query)));
  if (grave(line)) row.dataset.level = grave(line) === 2 ? "error" : "warning";
  if (line === current) row.setAttribute("aria-current", "true");
  return row;
}

// ---- Going to a line: by its name in the address, or to the next error

// A line's name is its second, its service and a sum of its text: the same live, from the files, and for the next guard.
function nameOf(line) {
  let sum = 2166136261;
  for (const byte of new TextEncoder().encode(plain(line.text))) sum = Math.imul(sum ^ byte, 16777619) >>> 0;  // FNV-1a
  return `${Math.floor(line.time / 1000)}-${line.name}-${sum.toString(36)}`;
}
function goTo(index) {
  current = shown[index];
  window.history.replaceState(null, "", `#${nameOf(current)}`);  // the address leads there again, also for who uses no mouse
  following = false;
  version += 1;
  draw();
  view.scrollTop = topOf(index) - view.clientHeight / 2;
  draw();
}
async function follow(address) {
  const [, second, name] = /^(\d{9,11})-(.+)-[0-9a-z]+$/.exec(address) ?? [];
  if (!second) return;
  if (isFiltered()) clearFilter();
  for (;;) {
    const index = shown.findIndex((line) => line.name === name && Math.floor(line.time / 1000) === Number(second) && nameOf(line) === address);
    if (index >= 0) return goTo(index);
    if (shown.length && shown[0].time / 1000 < Number(second) || !await askOlder()) break;
  }
  const late = shown.findIndex((line) => nameOf(line) === address);
  if (late >= 0) goTo(late); else complain(t("log.lost"));
}
async function jump(step) {
  let at = current ? shown.indexOf(current) : following ? shown.length : indexAt(view.scrollTop) + (step > 0 ? -1 : 0);
  for (;;) {
    for (at += step; at >= 0 && at < shown.length; at += step) {
      if (grave(shown[at]) < 2) continue;
      goTo(at);
      put($("said"), `${clock.format(current.time)} ${current.name}: ${plain(current.text)}`);
      return;
    }
    const known = older.count;
    if (step > 0 || !(await askOlder() || older.count > known)) break;
    at = older.count - known;
  }
  put($("said"), t("log.noError"));
  put($("count"), t("log.noError"));
}
let follows = location.hash.slice(1);
function arrived() {  // what was there when the page was opened
  if (!follows) return;
  const address = decodeURIComponent(follows);
  follows = "";
  follow(address);
}
addEventListener("hashchange", () => follow(decodeURIComponent(location.hash.slice(1))));

// ---- What can be done with it

function addFilter(name) {
  names.push(name);
  view.style.setProperty("--who", `${Math.max(...names.map((one) => one.length))}ch`);
  const box = element("input");
  box.type = "checkbox";
  box.checked = true;
  box.onchange = () => { if (box.checked) hidden.delete(name); else hidden.add(name); filter(); };
  $("filters").append(element("label", "", box, name));
}
function clearFilter() {
  query = least = $("search").value = $("level").value = "";
  hidden.clear();
  for (const box of $("filters").querySelectorAll("input")) box.checked = true;
  filter();
}
function pause(on) {
  paused = on;
  $("pause").setAttribute("aria-pressed", String(on));
  put($("pause"), t(on ? "log.goOn" : "log.pause"));
  if (on) schedule(); else filter();
}
function toLatest() {
  following = true;
  if (location.hash) window.history.replaceState(null, "", location.pathname);
  if (paused) pause(false); else schedule();
}
function copy() {
  const text = shown.map((line) => `${clock.format(line.time)} ${line.name} | ${plain(line.text)}\n`).join("");
  return copyText(text, $("copy"), t("log.copy"));
}
function turnWrap(on) {
  const at = indexAt(view.scrollTop);
  wrap = on;
  kept("wrap", String(on));
  $("wrap").setAttribute("aria-pressed", String(on));
  view.classList.toggle("wrapped", on);
  measure();
  if (!following) view.scrollTop = topOf(at);
  schedule();
}
view.onscroll = () => {
  following = view.scrollTop + view.clientHeight >= view.scrollHeight - 2 * rowHeight();
  if (view.scrollTop < view.clientHeight && !following && shown.length) askOlder();
  schedule();
};
let typed = 0;
$("search").oninput = () => {
  clearTimeout(typed);
  query = $("search").value.toLowerCase();
  typed = setTimeout(filter, lines.length > 10_000 ? 150 : 0);
};
$("level").onchange = () => { least = $("level").value; filter(); };
$("earlier-error").onclick = () => jump(-1);
$("later-error").onclick = () => jump(1);
$("wrap").onclick = () => turnWrap(!wrap);
$("pause").onclick = () => pause(!paused);
$("copy").onclick = copy;
$("latest").onclick = () => { toLatest(); view.focus(); };
addEventListener("resize", () => { height = 0; drawn = measured = ""; schedule(); });
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && document.activeElement === $("search")) { $("search").value = ""; $("search").oninput(); view.focus(); }
  if (event.ctrlKey || event.metaKey || event.altKey || $("ask").open || event.target.matches("input[type=search], select")) return;
  const keys = {
    "/": () => $("search").focus(), p: () => pause(!paused), g: toLatest, w: () => turnWrap(!wrap), e: () => jump(event.shiftKey ? -1 : 1),
    j: () => choose(1), k: () => choose(-1), r: () => chosen?.querySelector(".restart:not([hidden])")?.click(),
  };
  const act = keys[event.key.toLowerCase()];
  if (act) { event.preventDefault(); act(); }
});
if (kept("wrap") === "true") turnWrap(true);
