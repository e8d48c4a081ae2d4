"""What the guard's pages are made of: inert lines, a strict policy, and what they are told."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from html.parser import HTMLParser

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.guard.api.events import Events, Wanted
from scripts.guard.core.broadcast import Changes
from scripts.guard.core.cause import Cause
from scripts.guard.core.phases import State
from scripts.guard.core.snapshot import ServiceView, Snapshot
from scripts.guard.logs import ring_buffer
from scripts.guard.logs.ring_buffer import RingBuffer
from scripts.guard.pages import dashboard, standby_page
from scripts.guard.pages.ansi_html import ansi_to_html
from scripts.guard.pages.template import escape
from scripts.guard.processes.resource_usage import Usage
from scripts.guard.supervision.history import History
from tests.guard.views import NOON, WEB

HOSTILE = "<script>alert('x')</script> \"&"


def snapshot(*views: ServiceView) -> Snapshot:
    return Snapshot(pid=1, since=NOON, restart_scope="stack", services=views)


# --- Colours ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "html"),
    [
        ("plain", "plain"),
        ("<b>&", "&lt;b&gt;&amp;"),
        ("\x1b[31mred\x1b[0m not", '<span class="c1">red</span> not'),
        (
            "\x1b[1;32mboth\x1b[22m green",
            '<span class="bold c2">both</span><span class="c2"> green</span>',
        ),
        ("\x1b[91mbright\x1b[39m off", '<span class="c1">bright</span> off'),
        ("\x1b[3;4mstyles\x1b[23;24m off", '<span class="italic underline">styles</span> off'),
        ("\x1b[38;5;1mindexed", '<span class="c1">indexed</span>'),
        ("\x1b[38;5;21mblue", '<span class="c4">blue</span>'),
        ("\x1b[38;5;240mgrey", "grey"),
        ("\x1b[38;2;250;250;20mtrue", '<span class="c3">true</span>'),
        ("\x1b[38:2:250:20:20mcolons", '<span class="c1">colons</span>'),
        ("\x1b[48;5;1;32mground is ignored", '<span class="c2">ground is ignored</span>'),
        ("\x1b[mreset", "reset"),
        ("\x1b[2J\x1b[10;10Hmoved", "moved"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;javascript:x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("bell\x07null\x00back\x08", "bellnullback"),
        ("\x1b[38;5mcut off", '<span class="c0">cut off</span>'),
    ],
)
def test_a_line_becomes_text_and_classes(line: str, html: str) -> None:
    assert ansi_to_html(line) == html


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[tuple[str, ...]] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add((tag, *(name for name, _ in attrs)))


@given(st.text(st.sampled_from("\x1b[];:m0123489<>&\"'/spancript\x07\\")))
def test_whatever_a_process_writes_there_is_nothing_but_spans_with_a_class(line: str) -> None:
    html = ansi_to_html(line)
    assert Tags(html).tags <= {("span", "class")}
    assert "\x1b" not in html


# --- The pages ----------------------------------------------------------------------------------


def digest(page: bytes, tag: str) -> str:
    match = re.search(rf"<{tag}>(.*?)</{tag}>".encode(), page, re.DOTALL)
    assert match
    return f"'sha256-{b64encode(hashlib.sha256(match.group(1)).digest()).decode()}'"


def test_a_value_cannot_leave_an_attribute_either() -> None:
    assert escape("\"'<&") == "&quot;&#x27;&lt;&amp;"


def test_the_policy_names_exactly_the_pages_own_style_and_script() -> None:
    view = WEB._replace(state=State.BROKEN)
    pages = [
        (standby_page.render(view, ["a line"], "http://localhost:9400", "secret"),
         standby_page.policy("http://localhost:9400")),
        (dashboard.render("secret"), dashboard.policy()),
    ]  # fmt: skip
    for page, policy in pages:
        rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
        assert rules["default-src"] == "'none'"
        assert rules["style-src"] == digest(page, "style")
        assert rules["script-src"] == digest(page, "script")
        assert rules["frame-ancestors"] == rules["base-uri"] == rules["form-action"] == "'none'"
        assert b"{{" not in re.sub(rb"<script>.*?</script>", b"", page, flags=re.DOTALL)
        assert not re.search(rb"<[^>]+ (?:on\w+|style)=", page)


def test_nothing_that_a_process_is_called_or_says_gets_out_of_its_place() -> None:
    view = WEB._replace(
        name=HOSTILE,
        state=State.BROKEN,
        cause=Cause("exit", HOSTILE, HOSTILE, transient=False),
    )
    page = standby_page.render(view, [HOSTILE], "http://localhost:9400", "</script>").decode()
    assert "<script>alert" not in page
    assert page.count("<script") == page.count("</script>") == 2
    assert Tags(page).tags >= {("code", "class", "id", "data-word")}


@pytest.mark.parametrize("state", State)
def test_the_page_says_in_words_where_the_service_stands(state: State) -> None:
    page = standby_page.render(WEB._replace(state=state), [], "http://localhost:9400", "t").decode()
    assert f'data-state="{state.value}"' in page
    assert standby_page.sentence(WEB._replace(state=state)) in page


# --- The merged log, for those who follow it ----------------------------------------------------


def test_a_reader_is_given_what_came_after_what_it_has_seen() -> None:
    log = RingBuffer()
    log.take("web", b"one\ntwo\n", NOON)
    log.take("api", b"three\n", NOON)
    blocks, lost = log.after(0)
    assert [(block.name, block.lines) for block in blocks] == [
        ("web", b"one\ntwo\n"),
        ("api", b"three\n"),
    ]
    assert lost == 0
    assert log.after(log.next) == ([], 0)
    seen = log.next
    log.take("web", b"four\n", NOON)
    blocks, lost = log.after(seen)
    assert [block.lines for block in blocks] == [b"four\n"]
    assert (blocks[0].number, lost) == (seen, 0)


def test_a_reader_that_is_too_slow_is_told_how_many_lines_are_gone() -> None:
    log = RingBuffer()
    log.take("web", b"first\n", NOON)
    seen = log.next
    block = b"x" * 99 + b"\n"
    for _ in range(20_000):
        log.take("web", block, NOON)
    blocks, lost = log.after(seen)
    assert lost + len(blocks) == 20_000
    assert lost > 0
    assert sum(one.size for one in blocks) <= ring_buffer.IDLE_BYTES


def test_more_is_kept_while_somebody_follows() -> None:
    log, told = RingBuffer(), 0

    def tell() -> None:
        nonlocal told
        told += 1

    stop = log.follow(tell)
    for _ in range(20_000):
        log.take("web", b"x" * 99 + b"\n", NOON)
    assert told == 20_000
    assert len(log.after(0)[0]) == 20_000
    stop()
    log.take("web", b"the last\n", NOON)
    assert told == 20_000
    assert sum(one.size for one in log.after(0)[0]) <= ring_buffer.IDLE_BYTES


def test_a_number_of_an_earlier_guard_means_everything_with_nothing_lost() -> None:
    log = RingBuffer()
    log.take("web", b"one\n", NOON)
    assert log.after(log.first - 1_000)[1] == 0
    assert len(log.after(log.first - 1_000)[0]) == 1


# --- The event stream ---------------------------------------------------------------------------


class Stage:
    """What an event stream is made from, without a guard around it."""

    def __init__(self) -> None:
        self.view = WEB
        self.changes = Changes()
        self.feed = RingBuffer()
        self.events = Events(lambda: snapshot(self.view), self.changes, self.feed, Usage(dict))


async def first(stage: Stage, wanted: Wanted, count: int) -> list[tuple[str, object]]:
    stream = stage.events.stream(wanted)
    found: list[tuple[str, object]] = []
    async with asyncio.timeout(20):
        while len(found) < count:
            event = await anext(stream)
            fields = dict(line.split(": ", 1) for line in event.decode().strip().split("\n"))
            found.append((fields["event"], json.loads(fields["data"])))
    return found


def test_the_status_comes_at_once_and_on_every_change() -> None:
    async def watch() -> list[tuple[str, object]]:
        stage = Stage()

        def change() -> None:
            stage.changes.on_change(snapshot(stage.view))  # nothing is new: no event
            stage.view = WEB._replace(state=State.BROKEN)
            stage.changes.on_change(snapshot(stage.view))

        asyncio.get_running_loop().call_later(0.05, change)
        return await first(stage, Wanted(), 2)

    broken = WEB._replace(state=State.BROKEN)
    assert asyncio.run(watch()) == [
        ("status", snapshot(WEB).as_json()),
        ("status", snapshot(broken).as_json()),
    ]


def test_lines_come_from_any_thread_and_only_of_those_asked_for() -> None:
    async def watch() -> list[tuple[str, object]]:
        stage = Stage()

        def write() -> None:
            stage.feed.take("web", b"not asked for\n", NOON)
            stage.feed.take("api", b"asked for\nand this\n", NOON)

        asyncio.get_running_loop().call_later(0.05, threading.Thread(target=write).start)
        return await first(stage, Wanted(logs=frozenset({"api"})), 2)

    lines = {"service": "api", "time": "2026-01-31T12:00:00.000Z", "text": "asked for\nand this"}
    assert asyncio.run(watch())[1] == ("lines", [lines])


def test_use_is_told_of_the_guard_too() -> None:
    found = asyncio.run(first(Stage(), Wanted(usage=True), 2))
    (use,) = [data for name, data in found if name == "usage"]
    assert isinstance(use, dict)
    assert use["guard"]["memory"] > 1_000_000
    assert use["guard"]["processes"] == 1


# --- What services use --------------------------------------------------------------------------


@pytest.fixture
def session() -> Iterator[int]:
    """A session of a shell and a child of its own, which does something."""
    code = (
        "import time; x = bytearray(30_000_000); print('up', flush=True)\nwhile 1: time.sleep(.01)"
    )
    process = subprocess.Popen(
        ["sh", "-c", f'"{sys.executable}" -c "$CODE"; true'],
        env={**os.environ, "CODE": code},
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdout
    process.stdout.readline()
    yield process.pid
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()


def test_a_service_is_all_processes_of_its_session(session: int) -> None:
    now = 0.0

    async def look() -> None:
        nonlocal now
        usage = Usage(lambda: {"web": session}, clock=lambda: now)
        first = (await usage.latest())["web"]
        assert first.processes == 2
        assert first.memory > 30_000_000
        assert first.cpu is None
        assert (await usage.latest())["web"] is first
        now = 1.0
        assert (await usage.latest())["web"] is first  # too soon for another look
        now = 2.5
        second = (await usage.latest())["web"]
        assert second.cpu is not None
        assert second.cpu >= 0

    asyncio.run(look())
    assert psutil.pid_exists(session)


# --- The last hour ------------------------------------------------------------------------------


def test_the_history_holds_each_change_once_and_an_hour_of_them() -> None:
    history = History()

    def stood(state: State, minutes: int) -> None:
        view = WEB._replace(state=state, since=NOON + timedelta(minutes=minutes))
        history.on_change(snapshot(view))
        history.on_change(snapshot(view))

    for minutes, state in ((0, State.STARTING), (1, State.READY), (70, State.BROKEN)):
        stood(state, minutes)
    changes = history.as_json()["services"]["web"]
    assert changes == [
        {"time": "2026-01-31T12:01:00.000Z", "state": "READY"},  # how the hour began
        {"time": "2026-01-31T13:10:00.000Z", "state": "BROKEN"},
    ]
