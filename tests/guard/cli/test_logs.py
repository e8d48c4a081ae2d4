"""`logs`: the files, as the terminal would show them."""

import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scripts.guard.__main__ import main

Written = Callable[..., Path]


@pytest.fixture(autouse=True)
def in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Files are of UTC and the screen is local: here both are the same."""
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Written:
    """A function that writes these logs, beside a Procfile with `web` and `api`."""
    monkeypatch.setenv("GUARD_DIR", str(tmp_path / "its"))
    procfile = tmp_path / "Procfile"
    procfile.write_text("web: sleep 1\napi: sleep 1\n")

    def write(**logs: list[str]) -> Path:
        for name, lines in logs.items():
            path = tmp_path / "its/logs" / f"{name}.log"
            path.parent.mkdir(parents=True, exist_ok=True)
            stamped = (f"2026-01-31 12:00:{line[:2]}Z {line[3:]}\n" for line in lines)
            text = "".join(stamped)
            path.write_text(text, encoding="utf-8")
        return procfile

    return write


def logs(procfile: Path, *arguments: str) -> int:
    return main(["-f", str(procfile), "logs", *arguments])


def test_all_are_merged_by_time_as_the_terminal_shows_them(
    written: Written, capfd: pytest.CaptureFixture[str]
) -> None:
    procfile = written(
        web=["01 one", "03 \x1b[31mthree\x1b[0m"], api=["02 two", "04 four"], guard=["00 zero"]
    )
    assert logs(procfile) == 0
    assert capfd.readouterr().out.splitlines() == [
        "12:00:00 guard | zero",
        "12:00:01 web   | one",
        "12:00:02 api   | two",
        "12:00:03 web   | three",
        "12:00:04 api   | four",
    ]


def test_lines_of_one_second_keep_their_order(
    written: Written, capfd: pytest.CaptureFixture[str]
) -> None:
    logs(written(web=["01 a", "01 b", "01 c"], api=["01 d", "01 e"]), "web")
    assert re.findall(r"\| (.)", capfd.readouterr().out) == ["a", "b", "c"]


def test_the_last_hundred_are_shown(written: Written, capfd: pytest.CaptureFixture[str]) -> None:
    procfile = written(web=["01 old"] * 100, api=["02 new"] * 99)
    logs(procfile)
    out = capfd.readouterr().out
    assert (out.count("old"), out.count("new")) == (1, 99)
    logs(procfile, "web")
    assert capfd.readouterr().out.count("old") == 100


def test_for_machines_they_are_objects_as_from_the_guard(
    written: Written, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GUARD_LOG", "json")
    logs(written(web=["01 one"]))
    line = json.loads(capfd.readouterr().out)
    assert (line["name"], line["line"]) == ("web", "one")
    assert line["time"].endswith(":01.000Z")


def test_they_begin_with_less_where_less_was_asked_for(
    written: Written, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    procfile = written(web=["01 one"])
    assert logs(procfile, "--no-prefix") == 0
    assert capfd.readouterr().out == "one\n"
    monkeypatch.setenv("GUARD_LOG_TIME", "0")
    assert logs(procfile) == 0
    assert re.fullmatch(r"web +\| one\n", capfd.readouterr().out)


def test_a_name_that_nobody_has_is_refused_with_those_that_there_are(
    written: Written, capfd: pytest.CaptureFixture[str]
) -> None:
    procfile = written(web=["01 one"], removed=["02 two"])
    assert logs(procfile, "wep", "-f") == 1
    assert "has no service 'wep'; it has: web, api, guard, removed" in capfd.readouterr().err
    assert logs(procfile, "removed") == 0
    assert "two" in capfd.readouterr().out


def test_the_folder_may_be_set_in_the_settings_file(
    written: Written, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    procfile = written(web=["01 one"])
    monkeypatch.delenv("GUARD_DIR")
    procfile.with_name(".env").write_text("GUARD_DIR=its\n")
    assert logs(procfile) == 0
    assert "one" in capfd.readouterr().out


@pytest.mark.parametrize("arguments", [(), ("-f",), ("api",), ("api", "-f")])
def test_before_the_first_start_it_says_so_and_ends(
    arguments: tuple[str, ...], written: Written, capfd: pytest.CaptureFixture[str]
) -> None:
    assert logs(written(), *arguments) == 1
    told = capfd.readouterr().err
    assert "no log" in told
    assert "fix: make dev" in told
