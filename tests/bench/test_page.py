"""The part of the benchmark about the page: that it measures what it says."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

from scripts.bench import browser as measures
from scripts.bench.page import static

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

SLOW_KEYS = """<!doctype html><textarea></textarea><script>
document.querySelector('textarea').addEventListener('keydown', () => {
  const end = performance.now() + 80;
  while (performance.now() < end);
});
</script>"""
ROWS = """<!doctype html><textarea></textarea><script>
const hook = window.__REACT_DEVTOOLS_GLOBAL_HOOK__;
const row = (id, download, flags) => ({
  tag: 15, flags, memoizedProps: { download }, child: null, sibling: null,
});
const commit = (...rows) => {
  rows.forEach((one, at) => { one.sibling = rows[at + 1] ?? null; });
  hook.onCommitFiberRoot(1, { current: { tag: 3, child: rows[0], sibling: null } });
};
const [a, b] = [{ id: 'a' }, { id: 'b' }];
const first = row('a', a, 1);
commit(first, row('b', b, 1)); // they appear
commit(first, row('b', b, 0)); // one is not looked at, the other looked at and left
commit(first, row('b', { id: 'b' }, 1)); // it has changed
commit(row('a', a, 1)); // it has not
</script>"""


def test_a_slow_key_is_told_with_its_length(browser: Browser, tmp_path: Path) -> None:
    with static(tmp_path, SLOW_KEYS) as url, measures.opened(browser, url) as page:
        slow = measures.typing(page, "abc")
    with static(tmp_path) as url, measures.opened(browser, url) as page:
        quick = measures.typing(page, "abc")

    assert slow >= 0.08
    assert quick >= measures.LEAST_EVENT_SECONDS


def test_what_was_drawn_with_and_without_need_is_told_apart(
    browser: Browser, tmp_path: Path
) -> None:
    with static(tmp_path, ROWS) as url, measures.opened(browser, url) as page:
        counted = page.evaluate("redraws.counted")

    assert measures.Redraws(**counted) == measures.Redraws(commits=4, drawn=1, needless=1)


def test_the_first_paint_and_the_scripts_until_a_text_are_found(
    browser: Browser, tmp_path: Path
) -> None:
    script = f"""
        const show = () => document.querySelector('p').textContent = 'Ready "now"';
        const next = Object.assign(document.createElement('script'), {{ src: 'later.js' }});
        setTimeout(() => {{ show(); setTimeout(() => document.body.append(next), 50); }}, 50);
        document.title = '{"x" * 1000}'"""
    (tmp_path / "app.js").write_text(script)
    (tmp_path / "later.js").write_text("document.title = 'later'")
    content = '<p>Here</p><textarea></textarea><script src="app.js"></script>'
    with static(tmp_path, content) as url:
        seen = measures.visit(browser, url)
        found = measures.initial_scripts(browser, url, 'Ready "now"')
    assert seen.paint > 0
    assert seen.usable > 0
    assert found == len(gzip.compress(script.encode(), 9))
