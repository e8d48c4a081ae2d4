from __future__ import annotations

import json
from typing import Any

import pytest

from domain.downloads import Download, DownloadErrorBody, MediaFile
from domain.notices import WORDS, in_words, of_download, of_subscription, of_test


def download(**known: Any) -> Download:  # noqa: ANN401 - its fields
    values: dict[str, Any] = {
        "id": "0" * 26,
        "url": "https://example.org/clip",
        "platform": "Example",
        "title": "A clip",
        "uploader": "Somebody",
        "duration": 3.0,
        "thumbnail": False,
        "live": False,
        "format": "mp4",
        "resolution": "best",
        "state": "done",
        "position": None,
        "progress": None,
        "error": None,
        "notes": [],
        "attempt": 1,
        "file": MediaFile(
            name="A clip.mp4", bytes=5, mime="video/mp4", playable=True, missing=False
        ),
        "created": "2026-01-01T00:00:00.000Z",
        "started": None,
        "finished": "2026-01-01T00:00:01.000Z",
    }
    return Download(**values | known)


def test_a_finished_download_is_told_with_its_file() -> None:
    body = of_download("finished", download())

    told = json.loads(body)
    assert told["type"] == "download.finished"
    assert told["data"]["file"]["name"] == "A clip.mp4"
    assert "progress" not in told["data"]
    assert in_words(body, "en") == (
        "Downloaded: A clip",
        "Somebody\nA clip.mp4\nhttps://example.org/clip",
    )


def test_a_failed_one_is_told_with_its_reason_and_without_a_title_by_its_link() -> None:
    error = DownloadErrorBody(kind="gone", sentence="It is gone.", fix="Look elsewhere.")
    body = of_download("failed", download(state="failed", error=error, title=None, file=None))

    assert in_words(body, "de") == (
        "Fehlgeschlagen: https://example.org/clip",
        "It is gone.\nhttps://example.org/clip",
    )


def test_what_a_subscription_brought_is_one_event_however_much_it_is() -> None:
    row = {"id": "s", "title": "A feed", "url": "https://me:secret@example.org/feed"}
    added = [{"id": str(n), "title": f"Nr {n}", "url": f"https://a:b@h/{n}"} for n in range(70)]
    body = of_subscription(row, added)

    told = json.loads(body)["data"]
    assert (told["count"], len(told["downloads"])) == (70, 50)
    assert "secret" not in body
    assert "a:b@" not in body
    title, text = in_words(body, "fr")
    assert title == "70 de plus : A feed"
    assert text.splitlines()[0] == "Nr 0"
    assert text.splitlines()[10:] == ["et 60 de plus"]


@pytest.mark.parametrize("language", WORDS)
def test_every_language_has_the_same_words(language: str) -> None:
    assert WORDS[language].keys() == WORDS["en"].keys()


def test_a_language_that_nobody_knows_is_english() -> None:
    assert in_words(of_test(), "xx") == in_words(of_test(), "en")


def test_what_are_few_is_told_whole_and_as_it_is_written() -> None:
    row = {"id": "s", "title": "A feed", "url": "https://example.org/feed"}
    added = [{"id": str(n), "title": f"Café {n}", "url": "https://h/"} for n in range(2)]
    body = of_subscription(row, added)

    assert "Café 0" in body
    assert in_words(body, "en")[1].splitlines() == ["Café 0", "Café 1"]


@pytest.mark.parametrize("language", WORDS)
def test_a_test_says_that_it_is_one(language: str) -> None:
    words = WORDS[language]
    assert in_words(of_test(), language) == (words["test"], words["test body"])
