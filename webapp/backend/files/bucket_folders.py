"""What seems folders in a bucket: beginnings of keys, which end with their last key."""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from domain.failures import DownloadError
from domain.nfo import GENERATOR, SHOW
from files.bucket_client import told

if TYPE_CHECKING:
    from files.bucket import Bucket

MAX_FOLDERS = 500
MAX_LISTS, LISTS_AT_ONCE = 20, 10
"""A list is of one folder, and somebody waits for all of them."""


def folders_in(bucket: Bucket) -> list[str]:
    """The folders, without hidden ones: the outer ones first, as far as so many lists tell them."""
    found: list[str] = []
    waiting, left = [""], MAX_LISTS
    with ThreadPoolExecutor(LISTS_AT_ONCE) as together:
        while waiting and left > 0:
            asked, left = waiting[:left], left - len(waiting)
            inside = together.map(lambda folder: _inside(bucket, folder), asked)
            waiting = [name for names in inside for name in names]
            found += [name.rstrip("/") for name in waiting]
    return sorted(found[:MAX_FOLDERS])


def forget_shows(bucket: Bucket, folder: PurePosixPath) -> None:
    """Remove our notes of what folders are, as far up as there is nothing else in them.

    Raises:
        DownloadError: when that cannot be done.

    """
    for above in (folder, *folder.parents):
        if above == PurePosixPath():
            return
        note = f"{above}/{SHOW}"
        with told(bucket.place):
            left = _listed(bucket, f"{above}/", MaxKeys=2).get("Contents", [])
        if [one["Key"] for one in left] == [bucket.place.key(note)] and _is_ours(bucket, note):
            bucket.delete(note)
        elif left:
            return


def _is_ours(bucket: Bucket, note: str) -> bool:
    return GENERATOR.encode() in (bucket.get(note) or b"")


def _inside(bucket: Bucket, folder: str) -> list[str]:
    """What seems a folder in that one, with a slash at its end; nothing if it cannot be told."""
    answer: dict[str, Any] = {}
    with contextlib.suppress(DownloadError), told(bucket.place):
        answer = _listed(bucket, folder, Delimiter="/")
    ends = [one["Prefix"] for one in answer.get("CommonPrefixes", [])]
    inside = [end[len(bucket.place.key("")) :] for end in ends]
    return [name for name in inside if not name.rsplit("/", 2)[-2].startswith(".")]


def _listed(bucket: Bucket, prefix: str, **how: Any) -> dict[str, Any]:  # noqa: ANN401 - botocore's
    found: dict[str, Any] = bucket.asks.list_objects_v2(
        Bucket=bucket.place.bucket, Prefix=bucket.place.key(prefix), **how
    )
    return found
