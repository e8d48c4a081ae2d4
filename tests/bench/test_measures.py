"""The benchmark's own judgement: what it calls lost, torn, refused and recovered."""

import signal
import socket
from collections.abc import Callable

import pytest

from scripts.bench import measures, rounds, stacks
from scripts.bench.competitors import Competitor, guard
from scripts.bench.probe import NoAnswerError, answer
from scripts.bench.recoveries import ANSWERS
from scripts.bench.report import Table, milliseconds
from scripts.bench.toys.writer import line


@pytest.fixture
def few_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measures, "LINES", 3)


@pytest.mark.usefixtures("few_lines")
@pytest.mark.parametrize(
    ("change", "lost", "torn"),
    [
        (lambda text: text, 0, 0),
        (lambda text: text.replace(line("web", 1), b""), 1, 0),
        (lambda text: text + b"web | " + line("web", 1), 0, 1),
        (lambda text: text.replace(line("api", 2), line("api", 2)[:50] + b"\n"), 1, 1),
        (lambda text: text.replace(b"\napi | " + line("api", 0), line("api", 0)), 2, 1),
        (lambda text: text.replace(b"api | ", b"\x1b[33mapi |\x1b[0m "), 0, 0),
    ],
    ids=["intact", "lost", "doubled", "cut off", "run together", "coloured"],
)
def test_what_becomes_of_lines_is_seen(
    change: Callable[[bytes], bytes], lost: int, torn: int
) -> None:
    names = ("web", "api")
    text = b"".join(f"{n} | ".encode() + line(n, i) for i in range(3) for n in names)

    intact, found = measures.look_at(change(text))

    assert (6 - intact, found) == (lost, torn)


def test_every_line_of_the_writers_has_a_hundred_bytes() -> None:
    assert {len(line(name, number)) for name in ("web", "api") for number in (0, 99_999)} == {100}


def test_no_answer_is_an_error_of_its_own() -> None:
    with pytest.raises(NoAnswerError, match="no 200 from port"):
        answer(stacks.free_ports("web")["web"], "/", deadline=0.1)


def test_no_port_is_given_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    known = set(stacks.free_ports("web", "api").values())
    again, create = iter(known), socket.create_server
    monkeypatch.setattr(
        socket, "create_server", lambda address: create((address[0], next(again, 0)))
    )
    assert stacks.free_port() not in known


def test_the_guard_is_measured_to_the_end_and_nothing_stays() -> None:
    recovery = measures.recovery(guard("process"), stacks.toy(), "web", knock=True)

    assert recovery.seconds is not None
    assert recovery.neighbour_kept
    assert recovery.visits.answers >= ANSWERS
    assert recovery.visits.lost == 0, recovery.visits


def test_a_supervisor_that_does_not_come_up_has_no_figure_and_says_why(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("scripts.bench.probe.DEADLINE_SECONDS", 0.1)
    dead = Competitor("dead", lambda _stack, _folder: ["sh", "-c", "echo taken; exit 7"])
    measured = rounds.each(
        "left", 2, [dead], lambda one: measures.left_behind(one, stacks.toy(), signal.SIGTERM)
    )
    assert measured == {"dead": [None, None]}
    assert capsys.readouterr().err.count("ended with 7, and printed last: taken") == 2


def test_figures_are_told_as_median_and_range() -> None:
    assert milliseconds([0.1, 0.3, 0.2]) == "200 (100 - 300)"
    assert milliseconds([0.1, None]) == "100 (100 - 100), 1x never"
    assert milliseconds([None]) == "never"
    table = str(Table("Heading", "Text.", [["", "a"], ["one", "1"]]))
    assert table.splitlines()[4:] == ["|     | a |", "|-----|---|", "| one | 1 |"]
