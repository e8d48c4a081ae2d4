// Colours of a terminal line: text and classes, nothing else.
const OPENS = { 1: "bold", 2: "dim", 3: "italic", 4: "underline" }, CLOSES = { 22: ["bold", "dim"], 23: ["italic"], 24: ["underline"] };
const SGR = /\x1b\[([0-9;:]*)m/g;
const OTHER = /\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|.)?|[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;
const plain = (text) => text.replace(SGR, "").replace(OTHER, "");
function pieces(text) {
  const found = [];
  let classes = new Set(), from = 0;
  const piece = (to) => { const part = text.slice(from, to).replace(OTHER, ""); if (part) found.push([part, [...classes].join(" ")]); };
  for (const match of text.matchAll(SGR)) {
    piece(match.index);
    from = match.index + match[0].length;
    paint(match[1].split(/[;:]/).map(Number), classes);
  }
  piece(text.length);
  return found;
}
function paint(codes, classes) {
  const uncolour = () => classes.forEach((name) => name[0] === "c" && classes.delete(name));
  while (codes.length) {
    const code = codes.shift();
    if (code === 0) classes.clear();
    else if (OPENS[code]) classes.add(OPENS[code]);
    else if (CLOSES[code]) CLOSES[code].forEach((name) => classes.delete(name));
    else if (code === 38 || code === 48) {
      const hue = extended(codes);
      if (code === 38) { uncolour(); if (hue !== null) classes.add(`c${hue}`); }
    } else if (code === 39) uncolour();
    else if (code % 10 < 8 && [3, 9].includes(Math.floor(code / 10))) { uncolour(); classes.add(`c${code % 10}`); }
  }
}
function extended(codes) {
  if (codes.shift() === 2) return nearest(codes.splice(0, 3).map((part) => part / 255));
  const number = codes.shift() ?? 0;
  if (number < 16) return number % 8;
  const cube = number - 16;
  return cube < 216 ? nearest([Math.floor(cube / 36) / 5, Math.floor(cube / 6) % 6 / 5, cube % 6 / 5]) : null;
}
function nearest(parts) {
  const low = Math.min(...parts), high = Math.max(...parts);
  return high - low <= 0.2 ? null : parts.reduce((sum, part, bit) => sum + (part > (low + high) / 2 ? 1 << bit : 0), 0);
}
function spans(text, query = "") {
  const nodes = [];
  let hits = [];
  if (query) {
    const low = plain(text).toLowerCase();
    for (let at = low.indexOf(query); at >= 0; at = low.indexOf(query, at + query.length)) hits.push([at, at + query.length]);
  }
  let position = 0;
  for (const [part, className] of pieces(text)) {
    let from = 0;
    for (const [begin, end] of [...hits, [Infinity, Infinity]]) {
      const [start, stop] = [begin, end].map((at) => Math.min(Math.max(at - position, from), part.length));
      if (start > from) nodes.push(className ? element("span", className, part.slice(from, start)) : part.slice(from, start));
      if (stop > start) nodes.push(element("mark", className, part.slice(start, stop)));
      from = stop;
      if (from === part.length) break;
    }
    position += part.length;
  }
  return nodes;
}
