"""Notifications: an event as JSON, and the same in words for people."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from domain.downloads import Download
from domain.ids import now
from domain.links import anonymous

MAX_NAMED = 50
"""How many of the downloads that a subscription has queued are named."""
MAX_LINES = 10

TYPES = {"finished": "download.finished", "failed": "download.failed", "new": "subscription.new"}
TEST = "test"

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "download.finished": "Downloaded: {title}",
        "download.failed": "Failed: {title}",
        "subscription.new": "{count} new: {title}",
        "test": "A test",
        "test body": "SY Media Downloader can reach you here.",
        "more": "and {count} more",
    },
    "de": {
        "download.finished": "Heruntergeladen: {title}",
        "download.failed": "Fehlgeschlagen: {title}",
        "subscription.new": "{count} neu: {title}",
        "test": "Ein Test",
        "test body": "SY Media Downloader kann dich hier erreichen.",
        "more": "und {count} weitere",
    },
    "fr": {
        "download.finished": "Téléchargé : {title}",
        "download.failed": "Échec : {title}",
        "subscription.new": "{count} de plus : {title}",
        "test": "Un essai",
        "test body": "SY Media Downloader peut vous joindre ici.",
        "more": "et {count} de plus",
    },
}


def of_download(occasion: str, download: Download) -> str:
    """That a download has ended, as JSON."""
    data = download.model_dump(mode="json", exclude={"progress", "position"})
    return _event(TYPES[occasion], data)


def of_subscription(row: Mapping[str, Any], added: Sequence[Mapping[str, Any]]) -> str:
    """That a subscription has queued downloads, as JSON."""
    named = [
        {"id": one["id"], "title": one["title"], "url": anonymous(one["url"])}
        for one in added[:MAX_NAMED]
    ]
    of_it = {"id": row["id"], "title": row["title"], "url": anonymous(row["url"])}
    return _event(TYPES["new"], {"subscription": of_it, "count": len(added), "downloads": named})


def of_test() -> str:
    """A test notification, as JSON."""
    return _event(TEST, {})


def in_words(body: str, language: str) -> tuple[str, str]:
    """A title and a text in that language; in English where there is none."""
    event, words = json.loads(body), WORDS.get(language, WORDS["en"])
    data, type_ = event["data"], event["type"]
    match type_:
        case "download.finished":
            lines = [data["uploader"], data["file"] and data["file"]["name"], data["url"]]
        case "download.failed":
            lines = [data["error"] and data["error"]["sentence"], data["url"]]
        case "subscription.new":
            return _of_new(data, words)
        case _:
            return words["test"], words["test body"]
    title = words[type_].format(title=data["title"] or data["url"])
    return title, "\n".join(one for one in lines if one)


def _of_new(data: dict[str, Any], words: dict[str, str]) -> tuple[str, str]:
    of_it, named = data["subscription"], data["downloads"][:MAX_LINES]
    lines = [one["title"] or one["url"] for one in named]
    if data["count"] > len(named):
        lines.append(words["more"].format(count=data["count"] - len(named)))
    title = of_it["title"] or of_it["url"]
    return words["subscription.new"].format(count=data["count"], title=title), "\n".join(lines)


def _event(type_: str, data: dict[str, Any]) -> str:
    return json.dumps(
        {"type": type_, "timestamp": now(), "data": data},
        ensure_ascii=False,
        separators=(",", ":"),
    )
