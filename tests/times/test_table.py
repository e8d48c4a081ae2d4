"""What files of tests took is kept by file, and the longest come first."""

from pathlib import Path

from scripts.times.table import TOLD, Spent, longest_first, read, text, write


def test_what_is_measured_now_replaces_what_was_and_the_rest_is_kept(tmp_path: Path) -> None:
    (tmp_path / "test_a.py").touch()
    (tmp_path / "test_b.py").touch()
    kept = tmp_path / "times.tsv"
    assert read(kept) == {}
    write({"test_a.py": Spent(1, 2, 3), "gone.py": Spent(9, 9, 9)}, tmp_path, kept)
    write({"test_b.py": Spent(4.25, 5, 6)}, tmp_path, kept)
    write({"test_a.py": Spent(7, 8, 9)}, tmp_path, kept)
    assert read(kept) == {"test_a.py": Spent(7, 8, 9), "test_b.py": Spent(4.2, 5, 6)}


def test_new_ones_are_begun_first_in_their_order_and_then_the_longest() -> None:
    times = {"short": Spent(1), "long": Spent(60), "middle": Spent(5)}
    names = ["new", "short", "middle", "newer", "long"]
    assert longest_first(names, times) == ["new", "newer", "long", "middle", "short"]


def test_the_table_names_who_uses_most_and_adds_up_the_rest() -> None:
    times = {f"test_{n:02}.py": Spent(1, n, 2) for n in range(TOLD + 3)}
    rows = text(times).splitlines()[2:]
    assert rows[0] == f"| `test_{TOLD + 2}.py` | {TOLD + 2} | 2 |"
    assert rows[-2:] == ["| 3 others | 3 | 6 |", f"| all | {sum(range(19))} | 38 |"]
