"""Older lines from the log's files: everything once, in order, however it is asked for."""

from pathlib import Path

import pytest

from scripts.guard.logs import past, stamp
from scripts.guard.logs.past import Place, Question
from scripts.guard.logs.rotating_file import RotatingFile

LATER = Place(stamp.second("2026-03-01 00:00:00Z"), {})


def at(second: int) -> str:
    return f"2026-02-01 12:{second // 60:02d}:{second % 60:02d}Z"


def write(folder: Path, name: str, lines: list[tuple[int, str]], size: int = 5_000_000) -> None:
    file = RotatingFile(folder / f"{name}.log", size=size)
    for second, text in lines:
        file.write(f"{at(second)} {text}\n".encode())
    file.close()


def everything(folder: Path, question: Question, place: Place = LATER, limit: int = 7) -> list[str]:
    """All answers put together, the oldest line first."""
    found: list[str] = []
    here: Place | None = place
    while here is not None:
        lines, here = past.look(folder, question, here, limit=limit)
        assert len(lines) <= limit
        found = [line.text.decode() for line in lines] + found
    return found


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """Two services that write several lines a second, one of them into several files."""
    write(tmp_path, "web", [(n // 4, f"web {n}") for n in range(120)], size=1500)
    write(tmp_path, "api", [(n // 3, f"api {n}") for n in range(90)])
    return tmp_path


def test_all_lines_come_once_and_each_service_s_in_their_order(logs: Path) -> None:
    assert len(list(logs.glob("web.log*"))) == 3
    found = everything(logs, Question())
    kept = {name: [line for line in found if line.startswith(name)] for name in ("web", "api")}
    assert kept["api"] == [f"api {n}" for n in range(90)]
    first = int(kept["web"][0].split()[1])  # what rotated out is gone
    assert kept["web"] == [f"web {n}" for n in range(first, 120)]
    assert len(kept["web"]) > 60


@pytest.mark.parametrize("limit", [1, 3, 1000])
def test_a_question_is_answered_the_same_in_any_pieces(logs: Path, limit: int) -> None:
    question = Question(frozenset({"api"}), text="api 1")
    expected = [f"api {n}" for n in range(90) if str(n).startswith("1")]
    assert everything(logs, question, limit=limit) == expected


def test_it_goes_on_before_what_was_seen_live(logs: Path) -> None:
    """The page has the last two of second 10 of one service, and the last of the other."""
    place = Place(stamp.second(at(10)), {"web": 2, "api": 1})
    found = everything(logs, Question(), place)
    assert [line for line in found if line.startswith("web")][-1] == "web 41"
    assert [line for line in found if line.startswith("api")][-1] == "api 31"


def test_words_are_found_through_colours_and_in_any_case(tmp_path: Path) -> None:
    write(tmp_path, "web", [(1, "an \x1b[31mAp\x1b[0mple"), (2, "a pear"), (3, "ERROR: worm")])
    assert everything(tmp_path, Question(text="apple")) == ["an \x1b[31mAp\x1b[0mple"]
    assert everything(tmp_path, Question(level="error")) == ["ERROR: worm"]
    assert everything(tmp_path, Question(text="plum")) == []


def test_a_line_longer_than_what_is_read_at_once_and_a_torn_one(tmp_path: Path) -> None:
    long = "x" * (3 * past.CHUNK_BYTES)
    write(tmp_path, "web", [(1, "before"), (2, long), (3, "after")])
    with (tmp_path / "web.log").open("ab") as file:
        file.write(b"torn: no stamp\n2026-02-01 12:0")
    assert everything(tmp_path, Question()) == ["before", long, "after"]


def test_a_look_takes_its_time_and_no_more_and_goes_on_where_it_ended(tmp_path: Path) -> None:
    write(tmp_path, "web", [(n // 1000, "y" * 100 + str(n)) for n in range(20_000)])
    ticks = iter(range(10**9))
    found, place = past.look(tmp_path, Question(text="y0"), LATER, clock=lambda: float(next(ticks)))
    assert (found, place is None) == ([], False)
    assert place is not None
    assert place.second < LATER.second
    assert everything(tmp_path, Question(text="yy0"), place) == ["y" * 100 + "0"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("12", Place(12, {})),
        ("12~web~3~api~0", Place(12, {"web": 3, "api": 0})),
        ("", None),
        ("12~web", None),
        ("12~web~x", None),
        ("-1", None),
        ("1" * 12, None),
        ("\u0661", None),
    ],
)
def test_a_place_is_read(text: str, place: Place | None) -> None:
    assert past.place_of(text) == place
