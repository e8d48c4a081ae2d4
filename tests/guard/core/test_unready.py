"""Why a service that answers cannot work, read from its own answer."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from scripts.guard.core import service_words
from scripts.guard.core.unready import MAX_CHARACTERS, cause_of
from scripts.guard.pages.words import Speech


def said(body: bytes, status: int = 503) -> tuple[str, str]:
    cause = cause_of("api", "/ready", status, body)
    assert cause is not None
    return cause.sentence, cause.fix


def test_who_can_work_has_no_cause() -> None:
    assert cause_of("api", "/ready", 200, b"{}") is None
    assert cause_of("api", "/ready", 404, b'{"detail": "no such path"}') is None


def test_its_own_detail_and_fix_are_told() -> None:
    body = json.dumps({"detail": "The disk is full", "fix": "Free some space."}).encode()
    assert said(body) == ("api runs, but cannot work: The disk is full.", "Free some space.")


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1]", b'{"detail": 5}', b'"text"', b"\xff\xfe"])
def test_an_answer_without_a_reason_is_told_by_its_status(body: bytes) -> None:
    assert said(body, 500) == (
        "api runs, but cannot work: it answers /ready with error 500.",
        "make logs p=api",
    )


def test_what_it_says_is_one_line_without_control_characters_and_bounded() -> None:
    sentence, _ = said(json.dumps({"detail": "a\n\x1b[31mb " + "x" * 5000}).encode())
    assert sentence.startswith("api runs, but cannot work: a [31mb x")
    assert len(sentence) <= MAX_CHARACTERS + 50
    assert sentence.isprintable()


def test_of_what_it_says_a_thousand_characters_of_twice_as_many_are_told() -> None:
    sentence, _ = said(json.dumps({"detail": "x" * 1001}).encode())
    assert sentence == f"api runs, but cannot work: {'x' * 1000}."
    assert "error 503" in said(json.dumps({"detail": " " * 2000 + "too late"}).encode())[0]
    cause = cause_of("api", "/ready", 503, b"")
    assert cause is not None
    assert cause.transient


FULL: dict[str, object] = {
    "detail": "d/a.db cannot grow.",
    "fix": "Free some space.",
    "kind": "full",
    "values": {"name": "d/a.db"},
}


@pytest.fixture
def words() -> Iterator[Callable[[Mapping[str, str]], None]]:
    yield service_words.configure
    service_words.configure({})


def in_german(problem: dict[str, object]) -> tuple[str, str]:
    cause = cause_of("api", "/ready", 503, json.dumps(problem).encode())
    assert cause is not None
    return Speech("de").cause(cause)


def test_what_it_says_is_said_in_the_languages_that_the_project_has(
    tmp_path: Path, words: Callable[[Mapping[str, str]], None]
) -> None:
    english = in_german(FULL)
    (tmp_path / "de.json").write_text(
        '{"full": ["{{name}} kann nicht wachsen", "Mach Platz."], "odd": ["{{what}}", ""]}'
    )
    (tmp_path / "fr.json").write_text("no words at all")
    words({service_words.FOLDER: str(tmp_path)})

    assert english == ("api läuft, kann aber nicht arbeiten: d/a.db cannot grow.", FULL["fix"])
    begins = "api läuft, kann aber nicht arbeiten: "
    assert in_german(FULL) == (f"{begins}d/a.db kann nicht wachsen.", "Mach Platz.")
    assert in_german(FULL | {"values": {"name": 5}})[0] == f"{begins} kann nicht wachsen."
    assert in_german(FULL | {"fix": ""})[0] == f"{begins}d/a.db cannot grow."
    told: list[dict[str, object]] = [{"kind": "odd"}, {"kind": ["full"]}, {"values": "none"}]
    for unknown in told:
        assert in_german(FULL | unknown)[0] == f"{begins}d/a.db cannot grow."
