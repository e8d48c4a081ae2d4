"""What a post-mortem keeps, and that keeping it never harms anyone."""

import json
import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scripts.guard.cli import why
from scripts.guard.core.cause import Cause
from scripts.guard.diagnosis.crash_reports import (
    LINE_LENGTH,
    CrashReport,
    CrashReports,
    Record,
    versions,
)
from scripts.guard.processes.descendants import ProcessInfo
from tests.stack.harness import until

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
CAUSE = Cause("killed", "api was killed from outside.", "make restart p=api", transient=True)


def crash(number: int = 0, exit_status: int | OSError = -9, **more: object) -> CrashReport:
    values: dict[str, object] = {"service": "api", "command": "uvicorn", "pid": 4711, **more}
    values |= {"time": NOON + timedelta(seconds=number), "exit_status": exit_status}
    return CrashReport(cause=CAUSE, **values)  # type: ignore[arg-type]


def kept(crashes: CrashReports, count: int) -> list[Record]:
    def look() -> list[Record] | None:
        records = crashes.read()
        return records if len(records) == count else None

    return until(look, f"{count} crashes are kept")


def test_a_crash_is_kept_with_everything_that_explains_it(tmp_path: Path) -> None:
    crashes = CrashReports(tmp_path / "crashes")
    crashes.keep(
        crash(
            lines=["one", "two"],
            left=[ProcessInfo(4712, 1, "sleep 1000")],
            environment={"SECRET": "hunter2", "PATH": ""},
            ports={"api": 8000},
            started=NOON - timedelta(hours=1),
        )
    )
    (record,) = kept(crashes, 1)
    versions = record.pop("versions")
    assert {"system", "python"} <= set(versions)
    assert record == {
        "id": "2026-01-31T12-00-00.000Z-api-4711",
        "time": "2026-01-31T12:00:00.000Z",
        "service": "api",
        "command": "uvicorn",
        "pid": 4711,
        "started": "2026-01-31T11:00:00.000Z",
        "exit": {"code": None, "signal": "SIGKILL"},
        "cause": CAUSE.as_json(),
        "lines": ["one", "two"],
        "environment": ["PATH", "SECRET"],
        "processes": [{"pid": 4712, "parent": 1, "command": "sleep 1000"}],
        "ports": {"api": 8000},
    }
    (file,) = (tmp_path / "crashes").iterdir()
    assert "hunter2" not in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("exit_status", "expected"),
    [
        (3, {"code": 3, "signal": None}),
        (0, {"code": 0, "signal": None}),
        (-15, {"code": None, "signal": "SIGTERM"}),
        (-42, {"code": None, "signal": "signal 42"}),
        (FileNotFoundError(2, "no such file"), {"code": None, "signal": None}),
    ],
)
def test_the_exit_is_a_code_or_a_signal(
    exit_status: int | OSError, expected: dict[str, object]
) -> None:
    assert crash(exit_status=exit_status).as_json()["exit"] == expected


def test_the_newest_come_first_and_the_oldest_go(tmp_path: Path) -> None:
    crashes = CrashReports(tmp_path, kept=5)
    for number in range(8):
        crashes.keep(crash(number))
        until(lambda number=number: str(number) in newest(crashes), "it is kept")  # type: ignore[misc]
    records = crashes.read()
    assert [record["time"][17:19] for record in records] == ["07", "06", "05", "04", "03"]
    until(lambda: len(list(tmp_path.glob("*"))) == 5, "the oldest are gone")


def newest(crashes: CrashReports) -> str:
    return "".join(record["time"][18:19] for record in crashes.read()[:1])


def test_last_lines_are_bounded_in_number_and_length() -> None:
    lines = crash(lines=["x" * 1_000_000] * 1000).as_json()["lines"]
    assert len(lines) == 200
    assert {len(line) for line in lines} == {LINE_LENGTH}


def test_files_that_are_no_crashes_are_passed_over(tmp_path: Path) -> None:
    good = crash().as_json()
    (tmp_path / "good.json").write_text(json.dumps(good))
    torn = {
        "empty": b"",
        "torn": json.dumps(good).encode()[:-20],
        "bytes": b"\xff\xfe\x00",
        "list": b"[1, 2]",
        "number": b"7",
        "deep": b"[" * 100_000,
        "no-lines": json.dumps({**good, "lines": None}).encode(),
        "no-time": json.dumps({**good, "time": "yesterday"}).encode(),
        "local-time": json.dumps({**good, "time": "2026-01-31T12:00:00"}).encode(),
        "no-cause": json.dumps({**good, "cause": "it died"}).encode(),
        "other-lines": json.dumps({**good, "lines": [1]}).encode(),
    }
    for name, content in torn.items():
        (tmp_path / f"{name}.json").write_bytes(content)
    (tmp_path / "folder.json").mkdir()
    assert CrashReports(tmp_path).read() == [good]


def test_a_crash_that_cannot_be_written_is_still_told(tmp_path: Path) -> None:
    (tmp_path / "crashes").write_text("a file where the folder should be")
    crashes = CrashReports(tmp_path / "crashes")
    crashes.keep(crash())
    (record,) = kept(crashes, 1)
    assert record["cause"] == CAUSE.as_json()
    assert os.listdir(tmp_path) == ["crashes"]  # noqa: PTH208 - names are enough


def test_a_crash_is_kept_where_the_system_starts_no_more_threads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr("_thread.start_new_thread", refuse)
    crashes = CrashReports(tmp_path / "crashes")
    crashes.prepare({})
    crashes.keep(crash())
    assert [record["cause"] for record in crashes.read()] == [CAUSE.as_json()]


VIEW = {"name": "api", "state": "READY", "since": "2026-01-31T11:00:00.000Z", "cause": None}


def test_why_says_that_all_is_well() -> None:
    text = why.answer([VIEW], [], NOON)
    assert text == "All is well: api is READY for 1 h. Nothing has crashed here yet."


def test_why_says_that_all_is_well_again_and_what_was() -> None:
    text = why.answer([VIEW], [crash(lines=["boom"]).as_json()], NOON + timedelta(minutes=3))
    assert text.startswith("All is well: api is READY for 1 h.\n\nThe last time it was not: api")
    assert "ended 3 min ago (2026-01-31T12:00:00.000Z) by SIGKILL" in text
    assert "fix: make restart p=api" in text
    assert text.endswith("  boom")


def test_why_tells_what_is_wrong_and_nothing_of_others() -> None:
    broken = {**VIEW, "state": "BROKEN", "cause": CAUSE.as_json()}
    other = crash(1, service="web").as_json()
    text = why.answer(
        [broken], [other, crash(exit_status=3).as_json()], NOON + timedelta(seconds=9)
    )
    assert text.startswith("api is BROKEN for 1 h.\napi ended 9 s ago")
    assert "with code 3" in text
    assert "web" not in text


def test_why_tells_the_last_crash_of_a_stack_that_runs_no_more() -> None:
    assert "`make dev` starts it" in why.answer(None, [], NOON)
    assert "by SIGKILL" in why.answer(None, [crash().as_json()], NOON)


def test_a_program_is_asked_for_its_version_once_until_it_changes(tmp_path: Path) -> None:
    node, asked = tmp_path / "node", tmp_path / "asked"
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}

    def install(version: str, changed: int) -> None:
        node.write_text(f"#!/bin/sh\necho x >> {asked}\necho {version}\n")
        node.chmod(0o755)
        os.utime(node, (changed, changed))

    install("v1", changed=1)
    assert [versions(environment)["node"] for _ in range(2)] == ["v1", "v1"]
    assert asked.read_text() == "x\n"

    install("v2", changed=2)
    assert versions(environment)["node"] == "v2"
