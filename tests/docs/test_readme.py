"""The README wins in half a minute: short, and everything it promises is linked."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
MOST_LINES = 200
FIRST_SCREEN = 45  # lines


def section(title: str) -> str:
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", TEXT, re.DOTALL | re.MULTILINE)
    assert found, title
    return found[1]


def test_it_is_short() -> None:
    assert len(TEXT.splitlines()) <= MOST_LINES


def test_every_feature_is_linked() -> None:
    bullets = re.findall(r"^- .*", section("What you get"), re.MULTILINE)
    assert len(bullets) == 8
    assert all(re.match(r"- \*\*\[[^\]]+\]\([^)]+\)", bullet) for bullet in bullets)


def test_its_parts_are_in_the_order_of_their_weight() -> None:
    assert re.findall(r"^## (.+)", TEXT, re.MULTILINE) == [
        "What you get",
        "The proof",
        "Quick start",
        "Everyday commands",
        "The guard on your own Procfile",
        "When it breaks",
        "Questions",
        "Limits",
        "More",
    ]


def test_whoever_comes_is_shown_a_door() -> None:
    before = TEXT.partition("\n## ")[0]
    assert re.findall(r"^- \*\*(.+?)\.\*\*", before, re.MULTILINE) == [
        "I want to download",
        "I develop with a Procfile",
    ]


def test_there_are_five_everyday_commands() -> None:
    table = section("Everyday commands").partition("###")[0]
    assert len(re.findall(r"^\| `make ", table, re.MULTILINE)) == 5


def test_the_proof_has_four_rows_and_four_peers() -> None:
    rows = [line for line in section("The proof").splitlines() if line.startswith("| ")]
    head, *body = rows
    assert len(head.strip("|").split("|")) == 2 + 4
    assert len(body) == 4


@pytest.mark.parametrize("command", ["make dev", "git make python3"])
def test_its_first_screen_runs(command: str) -> None:
    assert command in "\n".join(TEXT.splitlines()[:FIRST_SCREEN])


@pytest.mark.parametrize(
    "question",
    ["sign", "playlists", "files go", "another computer", "stopped", "uninstall", "legal"],
)
def test_the_usual_questions_are_answered(question: str) -> None:
    assert question in " ".join(re.findall(r"\*\*(.+?\?|.+?\.)\*\*", section("Questions")))
