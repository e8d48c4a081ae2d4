"""Sends one large file in parts, and goes on where whoever was killed had come to.

The store keeps the parts of an upload until it is completed or ended. A part that is there already
counts if its length and MD5 are those of the same part here; every other one is sent, with its MD5,
which the store compares. The whole is believed when its length, and the checksum that is made of
those of its parts, are as they must be.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

from domain.failures import DownloadError
from domain.names import media_type
from files.bucket_client import AbsentError, md5, told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from files.bucket import Bucket

MIB = 1 << 20
PART_BYTES = 8 * MIB
"""The store takes parts from 5 MiB on; the last may be smaller."""
MOST_PARTS = 10_000


@dataclass(frozen=True, slots=True)
class Upload:
    """One upload under way: its name, and what the store calls it."""

    name: str
    id: str


def part_bytes(total: int) -> int:
    """How large the parts of a file of `total` bytes are: whole MiB, the same every time."""
    least = -(-total // MOST_PARTS)
    return max(PART_BYTES, -(-least // MIB) * MIB)


def begin(bucket: Bucket, name: str) -> Upload:
    """Begin an upload; what was begun under that name before is ended. Raises DownloadError."""
    for former in under_way(bucket, name):
        if former.name == name:
            end(bucket, former)
    with told(bucket.place):
        made = bucket.client.create_multipart_upload(
            **bucket.key(name), ContentType=media_type(name)
        )
    return Upload(name, made["UploadId"])


def end(bucket: Bucket, upload: Upload) -> None:
    """End it and let the store forget its parts; no error if it is over. Raises DownloadError."""
    try:
        with told(bucket.place):
            bucket.asks.abort_multipart_upload(**bucket.key(upload.name), UploadId=upload.id)
    except AbsentError:
        pass


def under_way(bucket: Bucket, beginning: str = "") -> list[Upload]:
    """The uploads below our prefix whose names begin so. Raises DownloadError."""
    asked = {"Bucket": bucket.place.bucket, "Prefix": bucket.place.key(beginning)}
    skip = len(bucket.place.key(""))
    found = []
    with told(bucket.place):
        for page in bucket.client.get_paginator("list_multipart_uploads").paginate(**asked):
            found += [Upload(one["Key"][skip:], one["UploadId"]) for one in page.get("Uploads", [])]
    return found


def send(bucket: Bucket, upload: Upload, file: Path, reached: Callable[[int], None]) -> None:
    """Send what is missing, and make the whole of it; may be repeated at any point.

    `reached` is told the bytes that are there, before each part and at the end; what it raises
    stops the sending.

    Raises:
        AbsentError: when the upload is over, and nothing of its name is this file.
        DownloadError: when the store fails, or has not what was sent.

    """
    total = file.stat().st_size
    try:
        there = _parts(bucket, upload)
    except AbsentError:  # completed by who was killed before noting it, or ended
        with file.open("rb") as opened:
            sums = [tag for _, _, (_, tag) in _read(opened, total)]
        if _is_whole(bucket, upload.name, total, sums):
            return
        raise
    tags, ours = [], []
    with file.open("rb") as opened:
        for number, content, (digest, tag) in _read(opened, total):
            reached((number - 1) * part_bytes(total))
            known = there.get(number)
            if known != (len(content), tag):
                known = len(content), _send(bucket, upload, number, content, digest)
            tags.append(known[1])
            ours.append(tag)
    reached(total)
    try:
        _complete(bucket, upload, tags)
    except AbsentError:  # completed by a try whose answer was lost, or ended
        if not _is_whole(bucket, upload.name, total, ours):
            raise
        return
    if not _is_whole(bucket, upload.name, total, ours if tags == ours else None):
        raise damaged(bucket.location(upload.name))


def _read(opened: BinaryIO, total: int) -> Iterator[tuple[int, bytes, tuple[str, str]]]:
    """Each part: its number from 1, its bytes, their `md5`; one part of an empty file."""
    number = 1
    while (content := opened.read(part_bytes(total))) or number == 1:
        yield number, content, md5(content)
        number += 1


def _parts(bucket: Bucket, upload: Upload) -> dict[int, tuple[int, str]]:
    """Bytes and ETag of the parts that are there, by their numbers."""
    asked = bucket.key(upload.name) | {"UploadId": upload.id}
    found: dict[int, tuple[int, str]] = {}
    with told(bucket.place):
        for page in bucket.client.get_paginator("list_parts").paginate(**asked):
            for one in page.get("Parts", []):
                found[one["PartNumber"]] = one["Size"], one["ETag"]
    return found


def _send(bucket: Bucket, upload: Upload, number: int, content: bytes, digest: str) -> str:
    with told(bucket.place):
        sent = bucket.client.upload_part(
            **bucket.key(upload.name),
            UploadId=upload.id,
            PartNumber=number,
            Body=content,
            ContentMD5=digest,
        )
    return str(sent["ETag"])


def _complete(bucket: Bucket, upload: Upload, tags: list[str]) -> None:
    parts = [{"PartNumber": number, "ETag": tag} for number, tag in enumerate(tags, 1)]
    with told(bucket.place):
        bucket.client.complete_multipart_upload(
            **bucket.key(upload.name), UploadId=upload.id, MultipartUpload={"Parts": parts}
        )


def _is_whole(bucket: Bucket, name: str, total: int, sums: list[str] | None) -> bool:
    """Whether that file is there, by its length and the MD5 of its parts.

    A store whose ETags are no MD5 (`sums` is None: with keys of its own, say) has compared the MD5
    of each part when it came; of the whole the length is left.
    """
    found: dict[str, Any] | None = bucket.head(name)
    if found is None or found["ContentLength"] != total:
        return False
    return sums is None or found["ETag"] == _whole_tag(sums)


def _whole_tag(sums: list[str]) -> str:
    """The ETag of what is made of parts with these."""
    raw = b"".join(bytes.fromhex(tag.strip('"')) for tag in sums)
    return f'"{hashlib.md5(raw, usedforsecurity=False).hexdigest()}-{len(sums)}"'


def damaged(location: str) -> DownloadError:
    """What is said where the whole is not what was sent."""
    return DownloadError(
        "bucket-damaged",
        f"{location} is not what was sent: its length or checksum is another.",
        "Retry: it is sent again.",
        transient=True,
        values={"file": location},
    )


def ended(name: str) -> DownloadError:
    """What is said where somebody else ends our uploads."""
    return DownloadError(
        "bucket-ended",
        f"The upload of {name} was ended by another program.",
        "Retry: it is sent again.",
        transient=True,
        values={"name": name},
    )
