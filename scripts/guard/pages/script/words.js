// What the page says, in the reader's language: the browser's, or the one chosen on the page or in
// the app that it was opened from (`?lang=`), which counts from then on.
const facts = JSON.parse(document.getElementById("facts").textContent);
const { token, start, words } = facts;
const $ = (id) => document.getElementById(id);
const kept = (key, value) => {
  try { return value === undefined ? localStorage.getItem(key) : localStorage.setItem(key, value); } catch { return null; }
};
const asked = new URLSearchParams(location.search).get("lang");
if (asked !== null) {
  if (Object.hasOwn(words, asked)) kept("language", asked);
  window.history.replaceState(null, "", location.pathname + location.hash);
}
const language = [asked, kept("language"), ...navigator.languages.map((tag) => tag.slice(0, 2)), "en"].find((code) => Object.hasOwn(words, code));
document.documentElement.lang = language;
const locale = navigator.languages.find((tag) => tag.slice(0, 2) === language) ?? language;  // with the habits of its country

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => typeof values[name] === "number" ? values[name].toLocaleString(language) : values[name] ?? whole);
function t(key, values = {}) {
  const form = "count" in values ? `${key}_${new Intl.PluralRules(language).select(values.count)}` : key;
  const text = [words[language], words.en].map((own) => own[form] ?? own[`${key}_other`] ?? own[key]).find((own) => own !== undefined);
  return fill(text ?? key, values);
}
// A cause carries the templates of its texts, and their values; what has no translation is said as the guard does.
function told(cause) {
  const known = words[language].causes ?? {};
  const values = { ...cause.values, ...cause.localized?.[language] };
  const inside = (text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  const said = (templates = [], own) => {
    const texts = templates.map((one) => one.replace(/\{\w+\}/g, "").trim() ? known[one] : one);
    const lacks = !texts.length || texts.some((text) => text === undefined || inside(text).some((name) => !(name in values)));
    return lacks ? own : texts.map((text) => fill(text, values)).join(" ");
  };
  return { sentence: said(cause.templates?.sentence, cause.sentence), fix: said(cause.templates?.fix, cause.fix) };
}
function speak(root) {
  const put = { t: "textContent", tTitle: "title", tLabel: "ariaLabel", tPlaceholder: "placeholder" };
  for (const node of root.querySelectorAll("[data-t], [data-t-title], [data-t-label], [data-t-placeholder]")) {
    for (const [name, property] of Object.entries(put)) if (node.dataset[name]) node[property] = t(node.dataset[name]);
  }
}
speak(document);
speak($("service").content);
const ownName = (code) => new Intl.DisplayNames([code], { type: "language" }).of(code).replace(/^./, (first) => first.toLocaleUpperCase(code));
for (const code of Object.keys(words)) $("language").append(new Option(ownName(code), code, false, code === language));
$("language").onchange = () => { kept("language", $("language").value); location.reload(); };
