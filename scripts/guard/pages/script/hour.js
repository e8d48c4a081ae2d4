// The last hour: states, memory, CPU.
const HOUR = 3600e3;
const HEIGHTS = { READY: 4, FINISHED: 2, STOPPED: 2, STARTING: 9, STOPPING: 9, BACKOFF: 14, UNHEALTHY: 14, BROKEN: 16 };  // trouble is tall
let history = {};
function remember() {
  for (const view of status.services) {
    const changes = history[view.name] ??= [];
    const last = changes.at(-1);
    if (!last || last.time < view.since) changes.push({ time: view.since, state: view.state });
  }
}
function showHistory() {
  const end = Date.now(), begin = end - HOUR;
  for (const view of status.services) {
    const svg = card(view.name).querySelector(".line");
    const totals = {}, marks = [];
    const changes = history[view.name] ?? [];
    changes.forEach((change, index) => {
      const from = Math.max(begin, Date.parse(change.time));
      const to = index + 1 < changes.length ? Date.parse(changes[index + 1].time) : end;
      if (to <= begin) return;
      totals[change.state] = (totals[change.state] ?? 0) + to - from;
      const title = t("hour.span", { state: t(`state.${change.state}`), from: clock.format(from), to: clock.format(to) });
      marks.push(bar(from - begin, Math.max(to - from, 8e3), HEIGHTS[change.state], change.state, title));
    });
    for (const crash of crashes.filter((one) => one.service === view.name && Date.parse(one.time) > begin)) {
      marks.push(bar(Date.parse(crash.time) - begin, 12e3, 16, "crash", `${clock.format(Date.parse(crash.time))}: ${told(crash.cause).sentence}`));
    }
    svg.replaceChildren(...marks);
    const parts = Object.entries(totals).map(([state, ms]) => `${t(`state.${state}`)} ${lasting(ms)}`);
    svg.setAttribute("aria-label", t("hour", { name: view.name, parts: parts.join(", ") }));
  }
}
function bar(from, length, height, className, text) {
  const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  const place = { x: from / 1000, width: length / 1000, y: 16 - height, height, class: className };
  for (const [name, value] of Object.entries(place)) rect.setAttribute(name, value);
  const title = document.createElementNS("http://www.w3.org/2000/svg", "title");
  title.textContent = text;
  rect.append(title);
  return rect;
}


// Memory and CPU, each in its own height: [seconds since 1970, bytes, share of a processor].
let samples = {};
function sample(fresh) {
  const now = Date.now() / 1000;
  for (const [name, use] of Object.entries(fresh)) {
    const own = samples[name] ??= [];
    if (!own.length || now - own.at(-1)[0] >= 10) own.push([now, use.memory, use.cpu]);
    while (own[0][0] < now - HOUR / 1000) own.shift();
  }
}
function showSamples() {
  const begin = Date.now() / 1000 - HOUR / 1000;
  for (const view of status.services) {
    const own = samples[view.name] ?? [];
    const svg = card(view.name).querySelector(".usage");
    const curve = (index, least, className) => {
      const values = own.filter((one) => one[index] !== null);
      const most = Math.max(least, ...values.map((one) => one[index]));
      const line = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
      line.setAttribute("class", className);
      line.setAttribute("points", values.map((one) => `${(one[0] - begin).toFixed(0)},${(31 - 29 * one[index] / most).toFixed(1)}`).join(" "));
      return [line, Math.max(0, ...values.map((one) => one[index]))];
    };
    const [memory, mostMemory] = curve(1, 1, "memory-curve");
    const [cpu, mostCpu] = curve(2, 0.1, "cpu-curve");
    svg.replaceChildren(memory, cpu);
    const text = own.length ? t("usage", { name: view.name, memory: megabytes(mostMemory), cpu: percent(mostCpu) }) : t("usage.none", { name: view.name });
    svg.setAttribute("aria-label", text);
    put(card(view.name).querySelector(".most"), own.length ? t("usage.most", { memory: megabytes(mostMemory), cpu: percent(mostCpu) }) : "");
  }
}
