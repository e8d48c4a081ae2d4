// The stream, while somebody looks.
let stream = null;
function connect() {
  if (stream) return;
  stream = new EventSource(`api/events?logs=*&usage=1&after=${reached}`);
  const on = (name, take) => stream.addEventListener(name, (event) => take(JSON.parse(event.data), event));
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
    put($("summary"), t("summary.gone"));
    $("summary").dataset.mood = "bad";
    complain(t("gone", { start }));
    if (stream.readyState === EventSource.CLOSED) { stream = null; setTimeout(connect, 2000); }
  };
}
function disconnect() {
  stream?.close();
  stream = null;
}
document.addEventListener("visibilitychange", () => document.hidden ? disconnect() : connect());
setInterval(showTimes, 1000);
setInterval(() => { showHistory(); showSamples(); }, 10_000);
addFilter("guard");
connect();
