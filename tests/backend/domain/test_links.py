"""What a message repeats of a link holds nobody's password, also where it is no link."""

from __future__ import annotations

import pytest

from domain.failures import classify
from domain.links import web_address, without_logins
from domain.problems import WrongValueError

NO_LINKS = [
    "http://ann:s3cret@example.org/a b",
    "http://ann:my s3cret@example.org/a",
    "http://ann:s3/cret@example.org/a",
    "http://ann:x#s3cret@example.org/a b",
    "http://ann:s3cret@example.org:port/",
    "http://ann:s3cret@exa\u2100mple.org/",
    "http://ann:s3cret@[example.org/",
    "http://ann:s3cret@",
    "//ann:s3cret@example.org/a",
    "ann.b:s3cret@example.org/a",
    "ann@x:s3cret@example.org",
]


@pytest.mark.parametrize("text", NO_LINKS)
def test_a_link_that_is_refused_is_repeated_without_its_password(text: str) -> None:
    with pytest.raises(WrongValueError) as told:
        web_address(text)

    said = str([told.value, told.value.values])
    assert "s3" not in said
    assert "cret" not in said


@pytest.mark.parametrize(
    "text", ["https://example.org/@ann/a b", "https://example.org:80/@ann/a b", "exa mple"]
)
def test_what_is_no_password_is_repeated(text: str) -> None:
    with pytest.raises(WrongValueError) as told:
        web_address(text)

    assert text in str(told.value)


MESSAGES = {
    "'http://ann:s3cret@h.org/a b' is not a valid URL": "'http://h.org/a b' is not a valid URL",
    "asked HTTPS://ann:p@s3cret@h.org, then gave up": "asked HTTPS://h.org, then gave up",
    "of https://h.org/?url=http%3A%2F%2Fann%3As3cret%40i.org": (
        "of https://h.org/?url=http%3A%2F%2Fi.org"
    ),
    "https://h.org/@ann was asked by me@example.org": (
        "https://h.org/@ann was asked by me@example.org"
    ),
}


@pytest.mark.parametrize(("text", "said"), MESSAGES.items())
def test_what_the_downloader_says_is_repeated_without_passwords(text: str, said: str) -> None:
    failed = classify(Exception(f"ERROR: {text}"))

    assert (failed.kind, failed.sentence, failed.values) == ("unexpected", said, {"said": said})
    assert without_logins(said) == said
