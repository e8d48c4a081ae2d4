"""What a measurement writes into a document goes to its place, and nowhere else."""

from pathlib import Path

import pytest

from scripts.docs.written import get, put

DOCUMENT = "Before.\n\n<!-- written by `make x` -->\nold\n<!-- end -->\n\nAfter.\n"


def test_what_is_measured_replaces_what_was(tmp_path: Path) -> None:
    file = tmp_path / "document.md"
    file.write_text(DOCUMENT)
    put(file, "make x", r"| a\1 |")
    assert get(file, "make x") == r"| a\1 |"
    assert file.read_text() == DOCUMENT.replace("old", r"| a\1 |")


def test_a_document_without_a_place_is_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "document.md"
    file.write_text(DOCUMENT)
    with pytest.raises(ValueError, match="has 0 places for what `make y` writes"):
        put(file, "make y", "new")
    assert file.read_text() == DOCUMENT
