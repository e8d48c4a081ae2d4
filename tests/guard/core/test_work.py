"""What a service says that it is busy with: anybody may say anything."""

import json

import pytest

from scripts.guard.core.work import Work, work_of


def answer(**work: object) -> bytes:
    return json.dumps({"ready": True, "work": work}).encode()


def test_it_is_taken_as_it_is_told() -> None:
    assert work_of(answer(kind="download", count=3, resumes=True)) == Work("download", 3, True)


def test_a_kind_that_has_no_word_is_a_task_and_nothing_resumes_unless_it_says_so() -> None:
    assert work_of(answer(kind="<b>", count=1)) == Work("task", 1, False)
    assert work_of(answer(kind=["download"], count=1, resumes="yes")) == Work("task", 1, False)


@pytest.mark.parametrize("count", [0, -1, True, 2.5, "3", None, 10**30])
def test_a_number_that_is_none_says_nothing(count: object) -> None:
    assert work_of(answer(kind="download", count=count, resumes=True)) is None


@pytest.mark.parametrize("body", [b"", b"<h1>", b"[]", b'{"work": 3}', b'{"ready": true}', b"\xff"])
def test_an_answer_without_work_says_nothing(body: bytes) -> None:
    assert work_of(body) is None


def test_it_is_told_as_it_was_and_a_million_is_the_most() -> None:
    most = work_of(answer(kind="task", count=1_000_000))
    assert most is not None
    assert most.as_json() == {"kind": "task", "count": 1_000_000, "resumes": False}
    assert work_of(answer(kind="task", count=1_000_001)) is None
