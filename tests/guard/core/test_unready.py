"""Why a service that answers cannot work, read from its own answer."""

import json

import pytest

from scripts.guard.core.unready import MAX_CHARACTERS, cause_of


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
