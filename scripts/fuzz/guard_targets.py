"""What the guard reads: files that people and programs write, and what its services print."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from scripts.fuzz.engine import Hold, Target
from scripts.guard.cli import why
from scripts.guard.cli.inert import plain, plain_json
from scripts.guard.config import dotenv_file, environment, procfile, settings
from scripts.guard.config.service import Service
from scripts.guard.core.errors import GuardError
from scripts.guard.diagnosis import diagnose
from scripts.guard.diagnosis.context import Context
from scripts.guard.diagnosis.crash_reports import CrashReports
from scripts.guard.diagnosis.rules import RULES
from scripts.guard.logs import ansi
from scripts.guard.logs.line_splitter import LineSplitter
from scripts.guard.pages.ansi_html import ansi_to_html
from scripts.guard.rundir import lock, orphans, projects

ENV = [
    *(
        "A=",
        "B=${A}",
        "${A:-",
        "}",
        "export ",
        "'",
        '"',
        "\\",
        "\n",
        "\r",
        "#",
        " ",
        "\0",
        "\ufeff",
    ),
    *("GUARD_PORT=", "WEB_PORT=", "GUARD_PATIENCE_SECONDS=", "nan", "inf", "1e999", "-1", "99999"),
]
PROCFILE = [
    *("web:", "api:", "web-2:", " ", "\n", "\r\n", "\u2028", "$WEB_FD", "${WEB_PORT:-", "3000}"),
    *("cd ", " && ", "'", '"', "\\", "$(", "`", "--port ", "#", "\0", "é", "exec "),
]
TERMINAL = [
    *(b"\x1b[", b"31", b";", b"m", b"0m", b"\x1b]0;", b"\x07", b"\x1b\\", b"\r", b"\n", b"\x1bP"),
    *(b"\x9b", b"\xc2\x9b", b"38;2;", b"\xff", b"\xf0\x9f", b"\t", b"\x1b[2K", b"\x1b[1G", b"x"),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=8,
)
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
COLOUR = re.compile(rb"\x1b\[[0-9;:]*m")


def texts(words: list[str]) -> SearchStrategy[str]:
    """Texts of these words, and of anything between them."""
    return st.lists(st.sampled_from(words) | st.text(max_size=6), max_size=20).map("".join)


def streams(words: list[bytes]) -> SearchStrategy[bytes]:
    """The same of bytes."""
    return st.lists(st.sampled_from(words) | st.binary(max_size=6), max_size=30).map(b"".join)


def of_files(check: Callable[[Path, Any], None]) -> Callable[[Path], Any]:
    """Let a check have the folder of its target."""

    @contextmanager
    def opened(folder: Path) -> Iterator[Hold]:
        yield partial(check, folder)

    return opened


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def env_file(folder: Path, text: str) -> None:
    """Read or refused, with the place of each mistake."""
    path, problems = folder / ".env", list[str]()
    path.write_bytes(_bytes(text))
    for name, value in dotenv_file.read(path, problems).items():
        assert isinstance(name, str)
        assert isinstance(value, str)
    assert all(".env" in problem for problem in problems)


def procfile_lines(folder: Path, text: str) -> None:
    """Read or refused, with the place of each mistake."""
    path, problems = folder / "Procfile", list[str]()
    path.write_bytes(_bytes(text))
    lines = procfile.read(path, problems)
    assert bool(lines) != bool(problems)
    assert all("Procfile" in problem for problem in problems)


def whole_settings(folder: Path, given: tuple[str, str]) -> None:
    """Loaded, and every line could be started; or refused."""
    for name, text in zip(("Procfile", ".env"), given, strict=True):
        (folder / name).write_bytes(_bytes(text))
    try:
        config = settings.load(folder / "Procfile", [folder / ".env"], {"PATH": "/bin"})
    except GuardError:
        return
    for service in config.services:
        for name, value in environment.of(config, service, None).items():
            assert "\0" not in name + value, (name, value)
            assert name
            assert "=" not in name
        assert "\0" not in service.command


def terminal_output(_folder: Path, data: bytes) -> None:
    """Whole lines of printable text and colours, each closed; the same if cleaned again."""
    cleaned, _open = ansi.clean(data + b"\n")
    assert cleaned.count(b"\n") == data.count(b"\n") + 1
    bare = COLOUR.sub(b"", cleaned).decode("utf-8")
    assert not CONTROLS.search(bare), bare
    assert not CONTROLS.search(plain(data.decode("latin-1")))
    again, _open = ansi.clean(cleaned)
    assert ansi.without_colours(again) == ansi.without_colours(cleaned)
    html = ansi_to_html(data.decode("utf-8", "replace"))
    inner = re.sub(r"</?span(?: class=\"[a-z0-9 -]*\")?>", "", html)
    assert not re.search(r"[<>\"']", inner), inner


def chunks(_folder: Path, given: tuple[bytes, list[int]]) -> None:
    """However the bytes come, the same lines; none longer than may be."""
    data, sizes = given
    at_once, in_parts = LineSplitter(), LineSplitter()
    lines, position = b"", 0
    for size in sizes:
        lines += in_parts.feed(data[position : position + size])
        position += size
        assert isinstance(in_parts.partial, bytes)
    lines += in_parts.feed(data[position:]) + in_parts.flush()
    assert lines == at_once.feed(data) + at_once.flush()


def state_files(folder: Path, data: bytes) -> None:
    """Believed where it is what a guard writes, passed over where it is not."""
    (folder / "crashes").mkdir(exist_ok=True)
    for name in ("lock", "lease.json", "crashes/1.json", "project"):
        (folder / name).write_bytes(data)
    assert lock.owner(folder) is None
    assert lock.port(folder) is None
    assert all(entry.pid > 1 for entry in orphans._read_record(folder / "lease.json"))  # noqa: SLF001
    list(projects.running(folder.parent))
    records = CrashReports(folder / "crashes").read()
    told = why.answer(None, [plain_json(record) for record in records], datetime.now(UTC))
    assert not CONTROLS.search(told.replace("\r", "")), told


def last_lines(folder: Path, given: tuple[int, list[str]]) -> None:
    """A cause in words, whatever the lines are; nothing in its fix moves a cursor."""
    code, written = given
    splitter = LineSplitter()
    cleaned = splitter.feed("\n".join(written).encode("utf-8", "surrogatepass")) + splitter.flush()
    lines = cleaned.decode().split("\n")[:-1]
    service = Service("web", "node server.js", port=3000)
    cause = diagnose.explain(service, code, lines, Context(folder))
    assert cause.kind
    assert cause.sentence
    assert not CONTROLS.search(cause.fix), cause


_RULE_LINES = st.sampled_from(RULES).flatmap(lambda rule: st.from_regex(rule.pattern))
_CRASH = {
    "id": "2026-01-31T12-00-00.000Z-web-1",
    "time": "2026-01-31T12:00:00.000Z",
    "service": "web",
    "exit": {"code": 1, "signal": None},
    "cause": {"kind": "x", "sentence": "y", "fix": "z"},
    "lines": ["a"],
}
_RECORDS = st.dictionaries(st.sampled_from(list(_CRASH)), JSON, max_size=2).map(
    lambda changed: _CRASH | changed
)
_LEASES = st.lists(
    st.fixed_dictionaries({"name": JSON, "pid": JSON, "started": JSON, "run": JSON}), max_size=2
)
STATES = st.one_of(JSON, _RECORDS, _LEASES).map(json.dumps).map(str.encode) | st.binary()


TARGETS = [
    Target("settings files (.env)", texts(ENV), of_files(env_file)),
    Target("Procfile", texts(PROCFILE), of_files(procfile_lines)),
    Target("all settings", st.tuples(texts(PROCFILE), texts(ENV)), of_files(whole_settings)),
    Target("terminal output", streams(TERMINAL), of_files(terminal_output)),
    Target(
        "lines in pieces",
        st.tuples(streams(TERMINAL), st.lists(st.integers(0, 9), max_size=9)),
        of_files(chunks),
    ),
    Target("state files", STATES, of_files(state_files)),
    Target(
        "diagnosis",
        st.tuples(
            st.integers(-64, 255),
            st.lists(_RULE_LINES | st.text(max_size=60), max_size=6),
        ),
        of_files(last_lines),
    ),
]
