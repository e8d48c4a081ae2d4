"""The dashboard in a real browser: what it shows of a stack, and what its buttons do to it."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.test_forced_colors import ENOUGH, difference, picture
from tests.conftest import PATIENCE
from tests.stack.conftest import Guarded
from tests.stack.harness import GuardRun, ask, toy, until

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

HOSTILE = (
    "<img src=x onerror=window.hacked=1><script>window.hacked=2</script>"
    "\x1b[31mred\x1b[0m \x1b[1;32mbold green\x1b[0m \x1b[38;5;196mindexed\x1b[0m"
    "\x1b]8;;javascript:window.hacked=3\x07link\x1b]8;;\x07\x1b]0;title\x07\x1b[2J\x1b[10;10Hmoved"
)
HOSTILE_TEXT = (
    "<img src=x onerror=window.hacked=1><script>window.hacked=2</script>"
    "red bold green indexedlinkmoved"
)


def opened(page: Page, run: GuardRun) -> Page:
    page.goto(f"http://localhost:{run.ports['guard']}/")
    return page


def card(page: Page, name: str) -> Locator:
    return page.locator(f"#services [data-service={name}]")


def is_in_state(page: Page, name: str, state: str) -> None:
    expect(card(page, name)).to_have_attribute("data-state", state)


def say(run: GuardRun, text: str, name: str = "web") -> None:
    ask(run.ports[name], f"/say?{quote(text)}")


def row(page: Page, text: str) -> Locator:
    return page.locator("#rows .row", has_text=text)


def test_it_shows_every_service_with_what_it_uses(guarded: Guarded, page: Page) -> None:
    run = guarded(toy("web"), toy("api"))
    pid = run.await_state("web", "READY")["pid"]
    run.await_state("api", "READY")
    opened(page, run)
    expect(page.get_by_role("heading", name="Everything is running")).to_be_visible()
    web = card(page, "web")
    expect(web.get_by_role("heading")).to_have_text("web")
    expect(web.locator(".state")).to_have_text("READY")
    expect(web.locator(".pid")).to_have_text(str(pid))
    expect(web.locator(".memory")).to_have_text(re.compile(r"^\d+ MB$"))
    expect(web.locator(".cpu")).to_have_text(re.compile(r"^[\d.]+ %$"))
    expect(web.get_by_role("link")).to_have_attribute(
        "href", f"http://localhost:{run.ports['web']}"
    )
    expect(web.get_by_role("img", name="The last hour of web")).to_be_visible()
    expect(page.locator("#services > li")).to_have_count(2)


def test_a_crash_is_seen_with_cause_and_last_lines_and_seen_to_heal(
    guarded: Guarded, page: Page
) -> None:
    run = guarded(toy("web"), toy("api"), GUARD_RELAUNCH="process")
    pid = run.await_state("web", "READY")["pid"]
    opened(page, run)
    is_in_state(page, "web", "READY")
    expect(page.get_by_text("None so far.")).to_be_visible()
    say(run, "the last words")
    ask(run.ports["web"], "/exit?7")
    run.await_new_pid("web", pid)
    expect(card(page, "web").locator(".relaunches")).to_have_text("1")
    is_in_state(page, "web", "READY")
    crash = page.locator("#crashes details")
    expect(crash).to_have_count(1)
    crash.locator("summary").click()
    expect(crash).to_contain_text("code 7")
    expect(crash.locator("pre")).to_contain_text("the last words")
    expect(crash.locator(".fix")).not_to_be_empty()


def test_what_is_broken_says_why_and_how_to_mend_it(guarded: Guarded, page: Page) -> None:
    run = guarded("web: nosuchcommand $WEB_FD # ${WEB_PORT:-1}")
    run.await_state("web", "BROKEN")
    opened(page, run)
    is_in_state(page, "web", "BROKEN")
    expect(page.get_by_role("heading", name="web is down")).to_be_visible()
    expect(card(page, "web").locator(".cause")).to_contain_text("nosuchcommand")


def test_the_buttons_restart_stop_and_start_one_service(guarded: Guarded, page: Page) -> None:
    run = guarded(toy("web"), toy("api"))
    pids = {name: run.await_state(name, "READY")["pid"] for name in ("web", "api")}
    opened(page, run)
    page.get_by_role("button", name="Restart web").click()
    fresh = run.await_new_pid("web", pids["web"])
    expect(card(page, "web").locator(".pid")).to_have_text(str(fresh))
    page.get_by_role("button", name="Stop web").click()
    is_in_state(page, "web", "STOPPED")
    page.get_by_role("button", name="Start web").click()
    is_in_state(page, "web", "READY")
    assert run.service("api")["pid"] == pids["api"]


def test_everything_is_stopped_only_when_asked_again_and_by_no_double_click(
    guarded: Guarded, page: Page
) -> None:
    run = guarded(toy("web"))
    run.await_state("web", "READY")
    opened(page, run)
    page.get_by_role("button", name="Stop everything").dblclick()
    asked = page.get_by_role("dialog", name="Stop everything?")
    expect(asked).to_be_visible()
    expect(asked.get_by_role("button", name="Cancel")).to_be_focused()
    asked.get_by_role("button", name="Stop", exact=True).dblclick()
    page.wait_for_timeout(700)  # the time in which a click still belongs to the first
    assert run.service("web")["state"] == "READY"
    asked.get_by_role("button", name="Stop", exact=True).click()
    assert run.await_end() == 0
    expect(page.get_by_role("alert")).to_contain_text("make dev")


BUSY = """
import http.server, json, pathlib, socket, sys

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        answer = pathlib.Path("answer.json").read_bytes()
        status = json.loads(answer).get("status", 200)
        self.send_response(status if self.path == "/ready" else 200)
        self.end_headers()
        self.wfile.write(answer)

class Server(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6  # and the other with it

Server(("::", int(sys.argv[1])), Handler).serve_forever()
"""


def works_on(tmp_path: Path, *, kind: str, count: int, resumes: bool) -> None:
    work = {"kind": kind, "count": count, "resumes": resumes}
    (tmp_path / "answer.json").write_text(json.dumps({"work": work}), encoding="utf-8")


def test_what_is_under_way_is_told_and_asked_about_before_it_is_interrupted(
    guarded: Guarded, page: Page, tmp_path: Path
) -> None:
    (tmp_path / "server.py").write_text(BUSY, encoding="utf-8")
    works_on(tmp_path, kind="download", count=3, resumes=True)
    run = guarded(toy("web"), "api: exec python server.py $API_PORT", API_READY="/ready")
    pid = run.await_state("api", "READY")["pid"]
    run.await_state("web", "READY")
    opened(page, run)
    is_in_state(page, "api", "READY")
    asked = page.get_by_role("dialog")
    page.get_by_role("button", name="Restart api").click()
    expect(asked).to_contain_text("3 downloads of api will pause and resume automatically.")
    page.keyboard.press("r")  # which is for the page behind it
    page.keyboard.press("Enter")
    expect(asked).to_have_count(0)
    expect(page.get_by_role("button", name="Restart api")).to_be_focused()
    page.get_by_role("button", name="Stop everything").click()
    expect(asked).to_contain_text("3 downloads will pause, and resume as soon as api runs again.")
    page.keyboard.press("Escape")
    expect(asked).to_have_count(0)
    works_on(tmp_path, kind="upload", count=1, resumes=False)
    page.get_by_role("button", name="Stop api").click()
    expect(asked).to_contain_text("1 task of api will be cancelled.")
    page.keyboard.press("Escape")
    assert run.service("api")["pid"] == pid
    page.get_by_role("button", name="Restart everything").click()
    expect(page.get_by_role("dialog", name="Restart everything?")).to_be_visible()
    page.wait_for_timeout(700)  # the time in which a click still belongs to the first
    asked.get_by_role("button", name="Restart", exact=True).click()
    run.await_new_pid("api", pid)


def test_why_a_service_cannot_work_is_said_in_the_language_of_the_page(
    guarded: Guarded, page: Page, tmp_path: Path
) -> None:
    full = {"detail": "d/app.db is full.", "fix": "Free some space.", "kind": "full"}
    answer = full | {"status": 503, "values": {"name": "d/app.db"}}
    (tmp_path / "answer.json").write_text(json.dumps(answer), encoding="utf-8")
    (tmp_path / "server.py").write_text(BUSY, encoding="utf-8")
    words = tmp_path / "words"
    words.mkdir()
    said = '{"full": ["{{name}} ist voll.", "Schaff etwas Platz."]}'
    (words / "de.json").write_text(said, encoding="utf-8")
    api = "api: exec python server.py $API_PORT"
    run = guarded(toy("web"), api, API_READY="/ready", GUARD_WORDS=str(words))
    run.await_state("api", "READY")
    cause = card(opened(page, run), "api").locator(".cause")
    expect(cause).to_contain_text("api runs, but cannot work: d/app.db is full.")
    page.get_by_label("Language").select_option("Deutsch")
    expect(cause).to_contain_text("api läuft, kann aber nicht arbeiten: d/app.db ist voll.")
    expect(cause.locator(".fix")).to_have_text("Schaff etwas Platz.")
    page.get_by_label("Sprache").select_option("Français")  # which these words lack
    expect(cause).to_contain_text("api fonctionne, mais ne peut pas travailler : d/app.db is full.")
    expect(card(page, "api").locator(".memory")).to_have_text(re.compile(r"^\d+\sMo$"))


def test_a_button_acts_although_nobody_says_what_is_under_way(guarded: Guarded, page: Page) -> None:
    run = guarded(toy("web"))
    pid = run.await_state("web", "READY")["pid"]
    page.route("**/api/work", lambda _: None)  # as by a guard that hangs: no answer, no end
    opened(page, run)
    is_in_state(page, "web", "READY")
    page.get_by_role("button", name="Restart web").click()
    run.await_new_pid("web", pid)


def test_a_guard_that_hangs_is_told_from_one_that_has_nothing_to_say(
    guarded: Guarded, page: Page
) -> None:
    run = guarded(toy("web"))
    run.await_state("web", "READY")
    opened(page, run)
    good = page.get_by_role("heading", name="Everything is running")
    expect(good).to_be_visible()
    guard = run.status()["guard"]["pid"]
    os.kill(guard, signal.SIGSTOP)
    try:
        expect(page.get_by_role("alert")).to_contain_text(f"kill -9 {guard}", timeout=30_000)
        expect(good).to_have_count(0)
    finally:
        os.kill(guard, signal.SIGCONT)
    expect(good).to_be_visible()
    expect(page.get_by_role("alert")).to_be_hidden()


def test_a_wish_that_nobody_answers_gives_its_button_back(guarded: Guarded, page: Page) -> None:
    run = guarded(toy("web"))
    run.await_state("web", "READY")
    page.route("**/restart", lambda _: None)
    opened(page, run)
    is_in_state(page, "web", "READY")
    restart = page.get_by_role("button", name="Restart web")
    restart.focus()
    page.keyboard.press("Enter")
    expect(restart).to_have_attribute("aria-disabled", "true")
    expect(restart).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("That did not work", timeout=30_000)
    expect(restart).not_to_have_attribute("aria-disabled", "true")


def test_what_the_guard_does_not_give_is_not_put_down_to_the_browser(
    guarded: Guarded, page: Page
) -> None:
    run = guarded(toy("web"))
    run.await_state("web", "READY")
    page.route("**/api/report", lambda route: route.abort())
    opened(page, run)
    page.get_by_role("button", name="Copy for a bug report").click()
    expect(page.get_by_role("alert")).to_contain_text("That did not work")


def test_a_crash_that_is_read_stays_where_it_is_when_another_comes(
    guarded: Guarded, page: Page
) -> None:
    run = guarded(toy("web"), toy("api"), GUARD_RELAUNCH="process")
    for name in ("web", "api"):
        run.await_state(name, "READY")
    opened(page, run)
    crashes = page.locator("#crashes details")
    for count, name in enumerate(("web", "api"), 1):
        pid = run.await_state(name, "READY")["pid"]
        if count == 2:
            crashes.locator("summary").focus()
            page.keyboard.press("Enter")
            crashes.locator("pre").focus()
        ask(run.ports[name], "/exit?7")
        run.await_new_pid(name, pid)
        expect(crashes).to_have_count(count)
    first = crashes.filter(has=page.get_by_text("web", exact=True))
    expect(first).to_have_attribute("open", "")
    expect(first.locator("pre")).to_be_focused()


def test_another_guard_at_the_same_address_is_taken_up(guarded: Guarded, page: Page) -> None:
    run = guarded(toy("web"))
    run.await_state("web", "READY")
    opened(page, run)
    is_in_state(page, "web", "READY")
    run.post("/api/stop")
    run.await_end()
    run.start()
    fresh = run.await_state("web", "READY")["pid"]
    expect(card(page, "web").locator(".pid")).to_have_text(str(fresh))
    page.get_by_role("button", name="Restart web").click()  # with the new guard's token
    run.await_new_pid("web", fresh)


def test_the_log_is_live_filtered_by_service_and_searched(guarded: Guarded, page: Page) -> None:
    run = guarded(toy("web"), toy("api"))
    run.await_state("web", "READY")
    run.await_state("api", "READY")
    opened(page, run)
    expect(row(page, "web is up")).to_be_visible()  # what was said before it was opened
    say(run, "an apple", "web")
    say(run, "an orange", "api")
    expect(row(page, "an apple")).to_be_visible()
    expect(row(page, "an orange").locator(".who")).to_have_text("api")
    page.get_by_role("checkbox", name="api").uncheck()
    expect(row(page, "an orange")).to_have_count(0)
    expect(row(page, "an apple")).to_be_visible()
    page.get_by_role("checkbox", name="api").check()
    page.keyboard.press("/")
    page.keyboard.type("ORANGE")
    expect(row(page, "an apple")).to_have_count(0)
    expect(page.locator("mark")).to_have_text("orange")
    page.keyboard.press("Escape")
    expect(row(page, "an apple")).to_be_visible()


def test_what_is_shown_is_copied_as_plain_text(guarded: Guarded, page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    run = guarded(toy("web"), toy("api"))
    run.await_state("web", "READY")
    run.await_state("api", "READY")
    opened(page, run)
    say(run, "a \x1b[31mred\x1b[0m apple", "web")
    say(run, "an orange", "api")
    expect(row(page, "an orange")).to_be_visible()
    page.get_by_role("searchbox").fill("apple")
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert re.fullmatch(r"\d\d:\d\d:\d\d web \| a red apple\n", copied)


def test_a_page_that_was_out_of_sight_goes_on_where_it_was(guarded: Guarded, page: Page) -> None:
    run = guarded(toy("web"))
    run.await_state("web", "READY")
    opened(page, run)
    expect(row(page, "web is up")).to_be_visible()
    page.evaluate("disconnect()")  # as when its tab is hidden
    say(run, "said meanwhile")
    run.await_output("said meanwhile")
    page.evaluate("connect()")
    expect(row(page, "said meanwhile")).to_have_count(1)
    say(run, "said afterwards")
    expect(row(page, "said afterwards")).to_have_count(1)
    expect(row(page, "web is up")).to_have_count(1)


def test_a_paused_log_stands_still_and_goes_on_with_nothing_lost(
    guarded: Guarded, page: Page
) -> None:
    run = guarded(toy("web"))
    run.await_state("web", "READY")
    opened(page, run)
    expect(row(page, "web is up")).to_be_visible()
    page.get_by_role("button", name="Pause").click()
    say(run, "said meanwhile")
    newer = page.get_by_role("button", name=re.compile("new"))
    expect(newer).to_be_visible()
    expect(row(page, "said meanwhile")).to_have_count(0)
    newer.click()
    expect(row(page, "said meanwhile")).to_be_visible()


@pytest.mark.fault(row="F25")
def test_html_and_terminal_codes_in_lines_are_inert_and_colours_are_kept(
    guarded: Guarded, page: Page
) -> None:
    run = guarded(toy("web"), GUARD_RELAUNCH="process")
    pid = run.await_state("web", "READY")["pid"]
    dialogs: list[object] = []
    page.on("dialog", lambda one: dialogs.append(one))  # noqa: PLW0108 - playwright marks it
    opened(page, run)
    say(run, HOSTILE)
    line = row(page, "onerror").locator(".text")
    expect(line).to_have_text(HOSTILE_TEXT)
    expect(line.get_by_text("red", exact=True)).to_have_class("c1")
    expect(line.get_by_text("bold green")).to_have_class("bold c2")
    expect(line.get_by_text("indexed")).to_have_class("c1")
    page.get_by_role("searchbox").fill("onerror=window")
    expect(page.locator("mark")).to_have_text("onerror=window")
    ask(run.ports["web"], "/exit?1")
    run.await_new_pid("web", pid)
    crash = page.locator("#crashes details")
    crash.locator("summary").click()
    expect(crash.locator("pre")).to_contain_text(HOSTILE_TEXT)
    for place in ("#rows", "#crashes pre"):
        tags = page.locator(f"{place} *").evaluate_all("all => all.map((one) => one.tagName)")
        assert set(tags) <= {"A", "DIV", "TIME", "SPAN", "MARK"}
    assert page.evaluate("window.hacked") is None
    assert dialogs == []
    assert page.title().endswith("Guard")


def test_a_script_that_got_onto_the_page_would_not_run(guarded: Guarded, page: Page) -> None:
    run = guarded(toy("web"))
    run.await_state("web", "READY")
    opened(page, run)
    with page.expect_console_message(lambda message: "Content Security Policy" in message.text):
        page.evaluate(
            "document.body.append(Object.assign(document.createElement('script'),"
            " { textContent: 'window.hacked = 1' }))"
        )
    assert page.evaluate("window.hacked") is None


def test_a_hundred_thousand_lines_are_all_there_and_only_those_in_sight_are_drawn(
    guarded: Guarded, page: Page, tmp_path: Path
) -> None:
    flood = tmp_path / "flood.py"
    flood.write_text(
        "import time\n"
        "print('\\n'.join(f'line {n} of many' for n in range(100_000)), flush=True)\n"
        "time.sleep(600)\n"
    )
    run = guarded(toy("web"), f"flood: exec python {flood} # $FLOOD_FD")
    run.await_state("web", "READY")
    run.post("/api/services/flood/stop")
    run.await_state("flood", "STOPPED")
    opened(page, run)
    is_in_state(page, "flood", "STOPPED")
    page.get_by_role("checkbox", name="web").uncheck()
    page.get_by_role("checkbox", name="guard").uncheck()
    page.get_by_role("button", name="Start flood").click()
    expect(row(page, "line 99999 of many")).to_be_visible()
    assert "faster" not in page.locator("#rows").inner_text()
    assert page.locator("#rows .row").count() < 200
    page.get_by_role("log").evaluate("view => { view.scrollTop = view.scrollHeight / 2; }")
    expect(row(page, "line 99999 of many")).to_have_count(0)
    assert page.locator("#rows .row").count() < 200
    page.get_by_role("searchbox").fill("line 5 of")
    expect(row(page, "line 5 of many").first).to_be_visible()
    page.get_by_role("searchbox").fill("")
    page.keyboard.press("Tab")
    page.keyboard.press("g")
    expect(row(page, "line 99999 of many")).to_be_visible()


def test_a_browser_that_reads_nothing_holds_up_nobody(guarded: Guarded, tmp_path: Path) -> None:
    import socket

    chatty = tmp_path / "chatty.py"
    chatty.write_text(
        "for n in range(300_000): print(f'line {n} of very many, to fill what fills up')\n"
        "print('said it all', flush=True)\n"
        "import time; time.sleep(600)\n"
    )
    run = guarded(toy("web"), f"chatty: exec python {chatty} # $CHATTY_FD")
    run.await_state("web", "READY")
    with socket.create_connection(("127.0.0.1", run.ports["guard"])) as deaf:
        port = run.ports["guard"]
        request = f"GET /api/events?logs=*&usage=1 HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n"
        deaf.sendall(request.encode())
        run.post("/api/services/chatty/restart")
        run.await_output("said it all", deadline=60)
        assert ask(run.ports["guard"], "/api/status").status == 200


@pytest.mark.parametrize("width", [360, 800, 2560])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wider_than_the_window(
    guarded: Guarded, page: Page, width: int, scheme: str
) -> None:
    run = guarded(toy("web"), "api: nosuchcommand $API_FD # ${API_PORT:-1}")
    run.await_state("api", "BROKEN")
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 800})
    opened(page, run)
    say(run, "a long line " * 100)
    expect(row(page, "a long line")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_keyboard_reaches_everything_in_the_order_of_the_page(
    guarded: Guarded, page: Page
) -> None:
    run = guarded(toy("web"))
    run.await_state("web", "READY")
    opened(page, run)
    is_in_state(page, "web", "READY")
    reached = []
    for _ in range(20):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                "document.activeElement.getAttribute('aria-label')"
                " || document.activeElement.textContent || document.activeElement.type"
            )
        )
    address = f"localhost:{run.ports['web']}"
    wanted = ["Skip to the log", f"App: {address}", "Restart everything", "Stop everything"]
    wanted += ["Copy for a bug report", "Language", address, "Restart web", "Stop web"]
    assert reached[:9] == wanted
    assert "Pause" in reached
    assert "Log lines" in reached


def flooded(guarded: Guarded, tmp_path: Path) -> GuardRun:
    """A stack of which one service wrote a hundred thousand lines before anybody looked."""
    flood = tmp_path / "flood.py"
    flood.write_text(
        "import time\n"
        "print('\\n'.join(f'line {n} of many' for n in range(100_000)), flush=True)\n"
        "print('ERROR: at the end', flush=True)\n"
        "time.sleep(600)\n"
    )
    run = guarded(toy("web"), f"flood: exec python {flood} # $FLOOD_FD")
    run.await_state("web", "READY")
    run.await_output("ERROR: at the end")
    return run


def test_what_was_written_long_before_is_searched_and_scrolled_to(
    guarded: Guarded, page: Page, tmp_path: Path
) -> None:
    run = flooded(guarded, tmp_path)
    opened(page, run)
    expect(row(page, "ERROR: at the end")).to_be_visible()
    assert page.evaluate("lines.length") < 50_000  # the rest is in the files only
    page.get_by_role("searchbox").fill("line 7 of many")
    expect(row(page, "line 7 of many")).to_be_visible()
    page.get_by_role("searchbox").fill("many")
    until(lambda: page.evaluate("shown.length") >= 500, "enough is found")
    assert page.evaluate("new Set(shown.map((line) => line.text)).size === shown.length")
    page.get_by_role("searchbox").fill("")
    until(lambda: page.evaluate("!query && shown.length === lines.length"), "it is as it was")
    page.get_by_role("log").evaluate("view => { view.scrollTop = 0; }")
    until(lambda: page.evaluate("older.count") >= 2000, "older lines are there")
    numbers = page.evaluate(
        "shown.filter((line) => line.name === 'flood' && line.text.endsWith('many'))"
        ".map((line) => Number(line.text.split(' ')[1]))"
    )
    assert numbers == list(range(numbers[0], 100_000))


def test_the_files_are_searched_for_words_and_not_for_each_letter(
    guarded: Guarded, page: Page, tmp_path: Path
) -> None:
    run = flooded(guarded, tmp_path)
    page.clock.install()
    opened(page, run)
    expect(row(page, "ERROR: at the end")).to_be_visible()
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if "api/lines" in one.url else None)
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))
    page.keyboard.press("/")
    for letter in "line 7 of many":
        page.keyboard.type(letter)
        page.clock.run_for(200)  # ms: as people type
    assert asked == []
    page.clock.run_for(1000)

    def found() -> int:
        page.clock.run_for(100)
        return row(page, "line 7 of many").count()

    until(found, "it is found")
    words = {parse_qs(urlsplit(url).query)["text"][0] for url in asked}
    assert words == {"line 7 of many"}


def test_lines_are_filtered_by_level_and_errors_are_gone_to(guarded: Guarded, page: Page) -> None:
    run = guarded(toy("web"))
    run.await_state("web", "READY")
    for text in ("ERROR: the first", "WARNING: careful", *(f"all well {n}" for n in range(80))):
        say(run, text)
    say(run, "ERROR: the second")
    opened(page, run)
    expect(row(page, "the second")).to_be_visible()
    page.get_by_label("Level").select_option("Errors")
    expect(row(page, "the first")).to_be_visible()
    expect(row(page, "all well")).to_have_count(0)
    expect(row(page, "careful")).to_have_count(0)
    page.get_by_label("Level").select_option("Warnings and errors")
    expect(row(page, "careful")).to_be_visible()
    page.get_by_label("Level").select_option("All lines")
    expect(row(page, "the first")).to_have_count(0)  # far above
    page.get_by_role("button", name="Previous error").click()
    expect(page.locator("[aria-current]")).to_contain_text("the second")
    page.keyboard.press("Shift+E")
    expect(page.locator("[aria-current]")).to_contain_text("the first")
    expect(row(page, "the first")).to_be_visible()
    page.keyboard.press("e")
    expect(page.locator("[aria-current]")).to_contain_text("the second")
    # The address leads to it, for who cannot point at its time; and to no line when all come again.
    address = page.url
    assert "#" in address
    page.goto("about:blank")
    page.goto(address)
    expect(page.locator("[aria-current]")).to_contain_text("the second")
    page.keyboard.press("g")
    assert "#" not in page.url


@pytest.mark.parametrize("mode", ["forced", "grey"])
def test_levels_and_pressed_buttons_can_be_told_without_colours(
    guarded: Guarded, page: Page, mode: str
) -> None:
    run = guarded(toy("web"))
    run.await_state("web", "READY")
    for text in ("ERROR: same", "WARNING: same", "NOTHING: same"):
        say(run, text)
    page.emulate_media(forced_colors="active" if mode == "forced" else "none")
    opened(page, run)
    expect(row(page, "NOTHING")).to_be_visible()
    if mode == "grey":
        page.evaluate("document.documentElement.style.filter = 'grayscale(1)'")
    page.evaluate("document.querySelectorAll('.row .text').forEach(t => t.textContent = 'same')")
    page.evaluate("document.querySelectorAll('.row time').forEach(t => t.textContent = 'same')")
    looks = [picture(one) for one in page.locator("#rows .row", has_text="web").all()[-3:]]
    for one, other in combinations(looks, 2):
        assert difference(page, one, other) > 10
    wrap = page.get_by_role("button", name="Wrap")
    before = picture(wrap)
    wrap.click()
    page.mouse.move(0, 0)
    page.evaluate("document.activeElement.blur()")
    assert difference(page, before, picture(wrap)) > ENOUGH


def test_a_link_to_a_line_finds_it_again(guarded: Guarded, page: Page, tmp_path: Path) -> None:
    run = flooded(guarded, tmp_path)
    opened(page, run)
    page.get_by_role("searchbox").fill("line 99000 of many")
    row(page, "line 99000 of many").get_by_role("link").click()
    expect(page.locator("[aria-current]")).to_contain_text("line 99000 of many")
    assert page.get_by_role("searchbox").input_value() == ""
    address = page.url
    page.goto("about:blank")
    page.goto(address)
    expect(page.locator("[aria-current]")).to_contain_text("line 99000 of many")


def test_long_lines_are_wrapped_when_that_is_wanted_and_stay_so(
    guarded: Guarded, page: Page
) -> None:
    run = guarded(toy("web"))
    run.await_state("web", "READY")
    say(run, "word " * 300 + "the end")
    opened(page, run)
    long = row(page, "the end")
    expect(long).to_be_visible()
    height = "row => row.getBoundingClientRect().height"
    one = long.evaluate(height)
    page.get_by_role("button", name="Wrap").click()
    expect(page.get_by_role("button", name="Wrap")).to_have_attribute("aria-pressed", "true")
    until(lambda: long.evaluate(height) > 3 * one, "it takes several rows")
    view = page.get_by_role("log")
    assert view.evaluate("view => view.scrollWidth <= view.clientWidth")
    # What was reckoned is what is drawn: the last line ends where the list does.
    assert (
        view.evaluate(
            "view => Math.abs(document.getElementById('rows').getBoundingClientRect().bottom"
            " - document.getElementById('space').getBoundingClientRect().bottom)"
        )
        < 2 * one
    )
    page.reload()
    expect(page.get_by_role("button", name="Wrap")).to_have_attribute("aria-pressed", "true")


def test_services_are_gone_through_and_restarted_by_key_with_what_needs_them(
    guarded: Guarded, page: Page
) -> None:
    run = guarded(toy("web"), toy("api"), toy("worker"), WEB_AFTER="api")
    pids = {name: run.await_state(name, "READY")["pid"] for name in ("web", "api", "worker")}
    opened(page, run)
    is_in_state(page, "web", "READY")
    page.keyboard.press("j")
    expect(card(page, "web")).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(card(page, "worker")).to_be_focused()
    page.keyboard.press("k")
    expect(card(page, "api")).to_be_focused()
    page.keyboard.press("r")
    pids["api"] = run.await_new_pid("api", pids["api"])
    assert run.service("web")["pid"] == pids["web"]
    expect(page.get_by_role("button", name="Restart worker with")).to_have_count(0)
    is_in_state(page, "api", "READY")
    page.get_by_role("button", name="Restart api and what needs it: web").click()
    run.await_new_pid("api", pids["api"])
    run.await_new_pid("web", pids["web"])
    assert run.service("worker")["pid"] == pids["worker"]


def test_a_report_for_a_bug_is_copied_without_what_is_secret(guarded: Guarded, page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    run = guarded(toy("web"), MY_PASSWORD="correct-horse")
    run.await_state("web", "READY")
    say(run, "connecting with correct-horse to postgresql://anna:hunter22@db/app")
    run.await_output("hunter22")
    opened(page, run)
    page.get_by_role("button", name="Copy for a bug report").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "procguard" in copied
    assert "python: 3." in copied
    assert "web: READY" in copied
    assert "connecting with [left out] to postgresql://[left out]@db/app" in copied
    assert run.token() not in copied


def test_memory_and_cpu_of_the_last_hour_are_drawn(guarded: Guarded, page: Page) -> None:
    run = guarded(toy("web"))
    run.await_state("web", "READY")
    opened(page, run)
    curve = card(page, "web").locator(".usage")
    expect(curve).to_have_attribute("aria-label", re.compile(r"at most \d+ MB and [\d.]+ %"))
    points = curve.locator(".memory-curve").get_attribute("points")
    assert points
    kept = ask(run.ports["guard"], "/api/usage").json()["services"]["web"]
    assert all(len(sample) == 3 and sample[1] > 1_000_000 for sample in kept)


def test_it_speaks_german_to_a_german_browser_and_what_is_chosen_on_it(
    guarded: Guarded, page: Page
) -> None:
    run = guarded("web: nosuchcommand $WEB_FD # ${WEB_PORT:-1}")
    run.await_state("web", "BROKEN")
    browser = page.context.browser
    assert browser is not None
    context = browser.new_context(locale="de-DE")
    context.set_default_timeout(PATIENCE)
    german = opened(context.new_page(), run)
    expect(german.get_by_role("heading", name="web ist ausgefallen")).to_be_visible()
    cause = card(german, "web").locator(".cause")
    expect(cause).to_contain_text("Das Programm nosuchcommand, das web aufruft, gibt es nicht.")
    expect(cause.locator(".fix")).to_have_text(re.compile("^Installiere nosuchcommand oder"))
    expect(german.get_by_role("button", name="Alles neu starten")).to_be_visible()
    german.get_by_label("Sprache").select_option("Français")
    expect(german.get_by_role("heading", name="web est en panne")).to_be_visible()
    expect(german.locator("html")).to_have_attribute("lang", "fr")
    context.close()


def test_a_refusal_is_told_in_the_language_of_the_page(guarded: Guarded, page: Page) -> None:
    run = guarded(toy("web"), toy("api"), up=("web",))
    run.await_state("web", "READY")
    page.add_init_script("localStorage.setItem('language', 'de')")
    opened(page, run)
    is_in_state(page, "api", "STOPPED")
    with socket.create_server(("127.0.0.1", run.ports["api"])):
        page.get_by_role("button", name="api starten").click()
        told = page.get_by_role("alert")
        expect(told).to_contain_text(
            f"Das hat nicht geklappt: Port {run.ports['api']} (API_PORT) ist von einem anderen"
        )
        expect(told).to_contain_text("oder nimm andere Ports: API_PORT=")
    page.get_by_role("button", name="api starten").click()
    run.await_state("api", "READY")
