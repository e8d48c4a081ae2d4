// The stream, while somebody looks.
const SILENT_FOR = 10_000;  // ms: it tells what is used every two seconds, unless it hangs
let stream = null, heard = 0, isAway = false;
function connect() {
  if (stream) return;
  stream = new EventSource(`api/events?logs=*&usage=1&after=${reached}`);
  heard = performance.now();
  const on = (name, take) => stream.addEventListener(name, (event) => {
    heard = performance.now();
    if (isAway) { isAway = false; complain(""); if (status.guard) showSummary(); }
    take(JSON.parse(event.data), event);
  });
  on("status", (fresh) => {
    if (status.guard && status.guard.pid !== fresh.guard.pid) return location.reload();  // another guard, another token
    complain("");
    const before = JSON.stringify(status.services.map((one) => [one.relaunches, one.cause]));
    status = fresh;
    for (const one of status.services) if (!names.includes(one.name)) addFilter(one.name);
    showServices();
    showUsage();
    remember();
    showHistory();
    if (before !== JSON.stringify(status.services.map((one) => [one.relaunches, one.cause]))) {
      loadPast();
      setTimeout(loadPast, 1500);  // a post-mortem is written after the fact
    }
  });
  on("lines", (blocks, event) => { reached = Number(event.lastEventId); append(blocks); arrived(); });
  on("skipped", (count) => append([{ service: "guard", time: new Date().toISOString(), text: t("skipped", { count }) }]));
  on("usage", (fresh) => { usage = fresh; sample(fresh); showUsage(); showTimes(); });
  stream.onerror = () => {
    gone(t("gone", { start }));
    if (stream.readyState === EventSource.CLOSED) { stream = null; setTimeout(() => document.hidden || connect(), 2000); }
  };
}
function gone(why) {
  isAway = true;
  put($("summary"), t("summary.gone"));
  $("summary").dataset.mood = "bad";
  document.title = `${t("summary.gone")} · Guard`;
  complain(why);
}
function listen() {
  if (stream?.readyState === EventSource.OPEN && performance.now() - heard > SILENT_FOR) gone(t("hangs", { pid: String(status.guard?.pid ?? ""), start }));
}
function disconnect() {
  stream?.close();
  stream = null;
}
document.addEventListener("visibilitychange", () => document.hidden ? disconnect() : connect());
setInterval(showTimes, 1000);
setInterval(listen, 1000);
setInterval(() => { showHistory(); showSamples(); }, 10_000);
addFilter("guard");
connect();
