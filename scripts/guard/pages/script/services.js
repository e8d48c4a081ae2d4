// The services, one card each.
const cards = new Map();
function card(name) {
  if (cards.has(name)) return cards.get(name);
  const node = $("service").content.firstElementChild.cloneNode(true);
  node.dataset.service = name;
  node.tabIndex = -1;
  node.setAttribute("aria-label", name);
  node.addEventListener("focusin", () => { chosen = node; });
  put(node.querySelector("h3"), name);
  node.querySelector(".fix").dataset.word = t("fix");
  const [restart, stop] = [node.querySelector(".restart"), node.querySelector(".stop")];
  restart.setAttribute("aria-label", t("restart.name", { name }));
  const act = (verb, button) => wish(`services/${encodeURIComponent(name)}/${verb}`, button, t(`doing.${verb}`, { name }));
  restart.onclick = () => ask("restart", [name], t("ask.restart", { names: name }), () => act("restart", restart));
  stop.onclick = () => {
    if (node.dataset.state === "STOPPED") return act("start", stop);
    return ask("stop", [name], t("ask.stop", { names: name }), () => act("stop", stop));
  };
  $("services").append(node);
  cards.set(name, node);
  return node;
}
function showServices() {
  const names = new Set(status.services.map((view) => view.name));
  for (const [name, node] of cards) if (!names.has(name)) { node.remove(); cards.delete(name); }
  for (const view of status.services) {
    const node = card(view.name);
    if (node.dataset.state && node.dataset.state !== view.state) put($("said"), t("said.state", { name: view.name, state: t(`state.${view.state}`) }));
    node.dataset.state = view.state;
    put(node.querySelector(".state"), t(`state.${view.state}`));
    put(node.querySelector(".pid"), String(view.pid ?? "–"));
    put(node.querySelector(".relaunches"), String(view.relaunches));
    const stopped = view.state === "STOPPED";
    const stop = node.querySelector(".stop");
    put(stop, t(stopped ? "start" : "stop"));
    stop.setAttribute("aria-label", t(stopped ? "start.name" : "stop.name", { name: view.name }));
    hide(node.querySelector(".restart"), stopped, stop);
    showEffect(node, view);
    const link = node.querySelector(".url");
    link.hidden = !view.url;
    if (view.url) {
      // Only what a browser can open is a link.
      if (view.url.startsWith("http")) link.href = view.url; else link.removeAttribute("href");
      put(link, view.url.replace("http://", ""));
    }
    const cause = node.querySelector(".cause");
    const trouble = view.cause ?? view.unready;
    cause.hidden = !trouble;
    const { sentence = "", fix = "" } = trouble ? told(trouble) : {};
    put(cause.querySelector("p"), sentence);
    put(cause.querySelector(".fix"), fix);
    cause.querySelector(".fix").hidden = !trouble?.fix;
  }
  showSummary();
  showTimes();
}
function showSummary() {
  const not = status.services.filter((view) => !["READY", "FINISHED"].includes(view.state));
  const bad = not.filter((view) => ["BROKEN", "BACKOFF", "UNHEALTHY"].includes(view.state));
  const list = (views) => views.map((view) => view.name).join(", ");
  const text = bad.length ? t("summary.down", { names: list(bad), count: bad.length })
    : not.length > 1 ? t("summary.notReady", { names: list(not) })
    : not.length ? t("summary.is", { name: not[0].name, state: t(`state.${not[0].state}`).toLocaleLowerCase(language) })
    : t("summary.good");
  put($("summary"), text);
  $("summary").dataset.mood = bad.length ? "bad" : not.length ? "busy" : "good";
  const colour = bad.length ? "b8302a" : not.length ? "1f6fb2" : "1a7f4b";
  const icon = document.querySelector("link[rel=icon]");
  icon.href = icon.href.replace(/%23[0-9a-f]{6}/, `%23${colour}`);
  if (document.title !== `${text} · Guard`) document.title = `${text} · Guard`;
}
function showTimes() {
  if (!status.guard) return;
  for (const view of status.services) put(card(view.name).querySelector(".since"), t("since", { time: ago(view.since) }));
  const own = usage.guard ? ` · ${megabytes(usage.guard.memory)} · ${percent(usage.guard.cpu)} CPU` : "";
  put($("guard"), t("guard", { version: status.guard.version, pid: String(status.guard.pid), time: ago(status.guard.since) }) + own + preloaded());
}
function preloaded() {
  const kept = Object.keys(usage).filter((name) => name.endsWith(" (preloaded)"));
  const bytes = kept.reduce((sum, name) => sum + usage[name].memory, 0);
  return bytes ? ` · ${t("preloaded", { size: megabytes(bytes) })}` : "";
}
let usage = {};
function showUsage() {
  for (const view of status.services) {
    const use = view.pid ? usage[view.name] : undefined;
    put(card(view.name).querySelector(".memory"), use ? megabytes(use.memory) : "–");
    put(card(view.name).querySelector(".cpu"), use ? percent(use.cpu) : "–");
  }
}


// What a restart takes along: nobody but itself, and those that wait for it if that is wanted.
function showEffect(node, view) {
  const needs = status.services.filter((other) => other.after?.includes(view.name)).map((other) => other.name);
  const both = node.querySelector(".restart-with");
  hide(both, !needs.length || view.state === "STOPPED", node.querySelector(".stop"));
  put(both, t("restart.with", { names: needs.join(", ") }));
  both.setAttribute("aria-label", t("restart.nameWith", { name: view.name, names: needs.join(", ") }));
  const together = [view.name, ...needs];
  both.onclick = () => ask("restart", together, t("ask.restart", { names: together.join(", ") }), async () => {
    for (const name of together) await wish(`services/${encodeURIComponent(name)}/restart`, both, t("doing.restart", { name }));
  });
  const effect = t(!view.port ? "effect.worker" : view.held ? "effect.held" : "effect.borrowed", { name: view.name });
  node.querySelector(".restart").title = effect;
  $("restart-all").title = t("effect.all", { names: status.services.map((one) => one.name).join(", ") });
  const app = status.services.find((one) => one.name === "web" && one.url) ?? status.services.find((one) => one.url);
  $("app").hidden = !app;
  if (app) { $("app").href = app.url; put($("app"), t("app", { address: app.url.replace("http://", "") })); }
}
let chosen = null;
function choose(step) {
  const all = [...cards.values()];
  const at = all.indexOf(chosen);
  chosen = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1)];
  chosen?.focus();
}
