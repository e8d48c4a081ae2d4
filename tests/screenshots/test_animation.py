"""A recording becomes an SVG that shows each line from when it was written."""

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from scripts.screenshots.animation import State, states, svg
from scripts.screenshots.cast import IDLE, Cast, Recorder, casts

IMAGES = Path(__file__).resolve().parents[2] / "docs/images"


def cast(*events: tuple[float, str], rows: int = 3) -> Cast:
    return Cast("A & B", 40, rows, events)


def test_a_line_shows_what_was_written_so_far() -> None:
    shown = states(cast((0.0, "$ "), (1.0, "ls"), (2.0, "\n"), (3.0, "a\r\nb")))
    assert shown == [
        State(0, "$ ", 0.0, 1.0),
        State(0, "$ ls", 1.0),
        State(1, "a", 3.0),
        State(2, "b", 3.0),
    ]


def test_what_is_there_for_less_than_a_blink_is_not_drawn() -> None:
    assert states(cast((0.0, "a"), (0.001, "b"))) == [State(0, "ab", 0.001)]


def test_long_pauses_are_cut_and_what_was_before_is_there_at_once() -> None:
    recorder = Recorder(40, 3, [(90.0, "before"), (101.0, "soon"), (500.0, "late")])
    (made,) = casts({"one": recorder}, since=100.0)
    assert made.events == ((0.0, "before"), (1.0, "soon"), (1.0 + IDLE, "late"))


def test_terminals_that_were_recorded_side_by_side_stay_in_step() -> None:
    first = Recorder(40, 3, [(0.0, "a"), (9.0, "c")])
    second = Recorder(40, 3, [(5.0, "b")])
    one, two = casts({"one": first, "two": second}, since=0.0)
    assert [at for at, _ in one.events] == [0.0, 2 * IDLE]
    assert [at for at, _ in two.events] == [IDLE]


def test_it_is_kept_as_asciinema_does() -> None:
    header, event = cast((0.12345, "\x1b[31mred\n")).asciicast().splitlines()
    assert json.loads(header) == {"version": 2, "width": 40, "height": 3, "title": "A & B"}
    assert json.loads(event) == [0.123, "o", "\x1b[31mred\n"]


def test_the_svg_is_well_formed_inert_and_coloured() -> None:
    drawn = svg([cast((0.0, "\x1b[31m<script>\x1b[0m & more\n"), (2.0, "end"))])
    root = ET.fromstring(drawn)  # noqa: S314 - our own
    assert "script" not in {element.tag.rpartition("}")[2] for element in root.iter()}
    assert 'class="c1"' in drawn
    assert "prefers-reduced-motion" in drawn


@pytest.mark.parametrize(("lines", "rows", "offset"), [(3, 3, 0), (5, 3, 2)])
def test_lines_that_do_not_fit_move_up(lines: int, rows: int, offset: int) -> None:
    drawn = svg([cast(*((float(n), f"line {n}\n") for n in range(lines)), rows=rows)])
    found = re.search(r"\.t0\{transform:translateY\((-?\d+)px\)\}", drawn)
    assert found
    assert int(found[1]) == -18 * offset


def test_what_is_shown_is_plausible_and_has_its_numbers() -> None:
    """Of the recordings in the documentation: nobody has a stage, and a progress is a number."""
    said = [
        "".join(
            json.loads(line)[2]
            for line in (IMAGES / f"terminal-{number}.cast").read_text("utf-8").splitlines()[1:]
        )
        for number in (1, 2)
    ]
    assert not re.search(r"/tmp|stage|sitecustomize", "".join(said))
    fractions = [float(found) for found in re.findall(r'"fraction":(0\.\d+)', said[1])]
    assert len(fractions) == 2
    assert fractions == sorted(fractions)
    assert "killed from outside (SIGKILL)" in said[0]
    assert "answered after" in said[1]
    assert '"state":"done"' in said[1]
