const clock = new Intl.DateTimeFormat([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
let status = { guard: null, services: [] };

function put(node, text) { if (node.textContent !== text) node.textContent = text; }
// Hides what cannot be pressed now; its neighbour takes the focus from it, which would else go to nobody.
function hide(node, isHidden, neighbour) {
  if (isHidden && document.activeElement === node) neighbour.focus();
  node.hidden = isHidden;
}
function element(name, className, ...children) {
  const node = document.createElement(name);
  if (className) node.className = className;
  node.append(...children);
  return node;
}
function lasting(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return t("time.seconds", { seconds });
  if (seconds < 3600) return t("time.minutes", { minutes: Math.floor(seconds / 60) });
  if (seconds < 86400) return t("time.hours", { hours: Math.floor(seconds / 3600), minutes: Math.floor((seconds % 3600) / 60) });
  return t("time.days", { days: Math.floor(seconds / 86400), hours: Math.floor((seconds % 86400) / 3600) });
}
const ago = (iso) => lasting(Date.now() - Date.parse(iso));
const megabytes = (bytes) => (bytes / 1e6).toLocaleString(language, { style: "unit", unit: "megabyte", maximumFractionDigits: 0 });
const percent = (share) => share === null ? "–" : share.toLocaleString(language, { style: "percent", maximumFractionDigits: share < 0.0995 ? 1 : 0, minimumFractionDigits: share < 0.0995 ? 1 : 0 }).replace(/\s?%/, " %");
