"""The finished files in a bucket of an object store, which any backend reaches.

A key is what the file would be called in a folder, so that other programs find their way in it.
There are no folders to make or to remove; what seems one is the beginning of keys.
"""

from __future__ import annotations

import contextlib
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from domain.failures import DownloadError
from domain.names import media_type
from files.bucket_client import AbsentError, connect, md5, missing_bucket, told
from files.bucket_folders import folders_in, forget_shows
from files.published import Content

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Sequence
    from pathlib import Path

    from net.bucket_place import BucketPlace

MARK = ".media-folder"
PICTURES = ".thumbnails"
SEEN_SECONDS = 60.0
"""How long it is believed that a file is there, or is not, where many are shown."""
MAX_SEEN = 20_000
DOUBT_SECONDS = 30.0
"""How long a store that failed is not asked what is there: it would hold up whoever looks."""
LOOKS_AT_ONCE = 16
NEVER = float("-inf")
KEY_BYTES = 1024
"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html"""
PIECE_BYTES = 256 * 1024
LINK_SECONDS = 6 * 3600
"""How long an address leads to a file: a film may be watched, or be fetched slowly."""


@dataclass(slots=True)
class Bucket:
    """The files of one place."""

    place: BucketPlace
    client: Any = None
    asks: Any = None
    """The client for what somebody waits for."""
    _seen: dict[str, tuple[float, bool]] = field(default_factory=dict)
    _failed: float = NEVER
    _marked: bool = False

    def __post_init__(self) -> None:
        """Make the clients; nothing is asked yet."""
        self.client = self.client or connect(self.place)
        self.asks = self.asks or connect(self.place, asks=True)

    def require(self) -> None:
        """Make sure that files can be put there: once by putting one, later by asking.

        Raises:
            DownloadError: with what is wrong.

        """
        try:
            self._require_bucket()
            if not self._marked:
                self.put(MARK, b"")
                self._marked = True
        except DownloadError:
            self._failed = time.monotonic()
            raise
        self._failed = NEVER

    def key(self, name: str) -> dict[str, str]:
        """What a request names a file by."""
        return {"Bucket": self.place.bucket, "Key": self.place.key(name)}

    def head(self, name: str) -> dict[str, Any] | None:
        """What the store knows of a file; None where there is none. Raises DownloadError."""
        found: dict[str, Any] | None = None
        try:
            with told(self.place):
                found = self.asks.head_object(**self.key(name))
        except AbsentError:  # an answer without a body: it may be the bucket that is not there
            self._require_bucket()
        self.note(name, there=found is not None)
        return found

    def _require_bucket(self) -> None:
        try:
            with told(self.place):
                # Not by HEAD, whose errors have no body that says which they are.
                self.asks.list_objects_v2(
                    Bucket=self.place.bucket, Prefix=self.place.key(MARK), MaxKeys=1
                )
        except AbsentError:
            raise missing_bucket(self.place) from None

    def note(self, name: str, *, there: bool) -> None:
        """Remember for a while whether a file is there."""
        if len(self._seen) >= MAX_SEEN:
            self._seen.clear()
        self._seen[name] = time.monotonic(), there

    def put(self, name: str, content: bytes) -> None:
        """Write a small file, in place of what has its name. Raises DownloadError."""
        with told(self.place):
            kind = media_type(name)
            self.client.put_object(
                **self.key(name), Body=content, ContentMD5=md5(content)[0], ContentType=kind
            )
        self.note(name, there=True)

    def get(self, name: str) -> bytes | None:
        """What is in a small file; None where there is none. Raises DownloadError."""
        try:
            with told(self.place):
                content: bytes = self.asks.get_object(**self.key(name))["Body"].read()
        except AbsentError:
            return None
        return content

    def check(self, folder: str) -> None:
        """Nothing can be in the way of the beginning of a key."""

    def is_free(self, names: Iterable[str], *, own: Sequence[str] = ()) -> bool:
        """Whether nothing has any of these names, but what is one's `own`.

        Raises:
            DownloadError: when that cannot be told, or no file can be called so.

        """
        for name in names:
            self._require_short(name)
        return not any(name not in own and self.head(name) for name in names)

    def _require_short(self, name: str) -> None:
        length = len(self.place.key(name).encode())
        if length > KEY_BYTES:
            raise too_long(name, length)

    def size(self, name: str) -> int | None:
        """The bytes of a file; None where there is none. Raises DownloadError."""
        found = self.head(name)
        return int(found["ContentLength"]) if found else None

    def missing(self, names: Iterable[str]) -> set[str]:
        """Those that were not there when they were looked for last.

        What cannot be looked for counts as there: a store that is away has lost nothing.
        """
        names, since = set(names), time.monotonic() - SEEN_SECONDS
        unsure = {name for name in names if self._seen_at(name) < since}
        if unsure and not self._is_doubtful:
            with ThreadPoolExecutor(min(LOOKS_AT_ONCE, len(unsure))) as together:
                list(together.map(self._look, unsure))
        return {name for name in names if self._seen_at(name) >= since and self._was_absent(name)}

    def is_gone(self, name: str) -> bool:
        """Whether the store says that there is no such file."""
        return self._look(name) and self._was_absent(name)

    def _seen_at(self, name: str) -> float:
        """When a file was looked for last."""
        return self._seen.get(name, (NEVER, True))[0]

    def _was_absent(self, name: str) -> bool:
        """Whether it was not there then; it is until we know better."""
        return not self._seen.get(name, (NEVER, True))[1]

    @property
    def _is_doubtful(self) -> bool:
        return time.monotonic() - self._failed < DOUBT_SECONDS

    def _look(self, name: str) -> bool:
        """Look for a file, if the store can be asked; whether that told anything."""
        if self._is_doubtful:
            return False
        try:
            self.head(name)
        except DownloadError:
            self._failed = time.monotonic()
            return False
        return True

    def local(self, name: str) -> Path | None:  # noqa: ARG002 - as in a folder
        """Nowhere."""
        return None

    def location(self, name: str) -> str:
        """Its address: `s3://bucket/key`."""
        return f"s3://{self.place.bucket}/{self.place.key(name)}"

    def content(self, name: str) -> Content:
        """The file itself.

        Raises:
            FileNotFoundError: when there is none.
            DownloadError: when nobody knows.

        """
        found = self.head(name)
        if found is None:
            raise FileNotFoundError(name)

        def read(first: int, end: int) -> Generator[bytes]:
            span = f"bytes={first}-{end - 1}"
            with told(self.place):
                got = self.client.get_object(**self.key(name), Range=span, IfMatch=found["ETag"])
            with contextlib.closing(got["Body"]) as body:
                while piece := body.read(PIECE_BYTES):
                    yield piece

        return Content(
            size=int(found["ContentLength"]),
            etag=found["ETag"],
            modified=found["LastModified"].timestamp(),
            read=read,
            link=lambda kind, disposition: self._link(name, kind, disposition),
        )

    def _link(self, name: str, kind: str, disposition: str) -> str:
        if not self.place.redirect:
            return ""
        answer = {"ResponseContentType": kind, "ResponseContentDisposition": disposition}
        return str(
            self.client.generate_presigned_url(
                "get_object", Params=self.key(name) | answer, ExpiresIn=LINK_SECONDS
            )
        )

    def add(self, name: str, content: bytes) -> None:
        """Write a small file where there is none; that it cannot be written costs nothing."""
        with contextlib.suppress(DownloadError):
            if self.head(name) is None:
                self.put(name, content)

    def remove(self, names: Iterable[str]) -> None:
        """Remove files, and our note of a channel that has no other any more.

        Raises:
            DownloadError: when that cannot be done.

        """
        folders = set()
        for name in names:
            self.delete(name)
            folders.add(PurePosixPath(name).parent)
        for folder in folders:
            forget_shows(self, folder)

    def delete(self, name: str) -> None:
        """Remove a file; no error if there is none. Raises DownloadError."""
        with told(self.place):
            self.asks.delete_object(**self.key(name))
        self.note(name, there=False)

    def folders(self) -> list[str]:
        """What seems a folder, without hidden ones; at most 500, as far as is told."""
        return folders_in(self)

    def keep_picture(self, picture: Path) -> None:
        """Let other backends have a picture that lies here. Raises DownloadError."""
        self.put(f"{PICTURES}/{picture.name}", picture.read_bytes())

    def has_picture(self, picture: Path) -> bool:
        """Whether it lies here; another backend's is fetched, if it can be."""
        if not picture.is_file() and not self._is_doubtful:
            try:
                content = self.get(f"{PICTURES}/{picture.name}")
            except DownloadError:
                self._failed, content = time.monotonic(), None
            if content is not None:
                making = picture.with_name(f"{picture.name}.new")
                with contextlib.suppress(OSError):
                    making.write_bytes(content)
                    making.replace(picture)
        return picture.is_file()

    def remove_picture(self, picture: Path) -> None:
        """Remove it, here and there. Raises OSError and DownloadError."""
        picture.unlink(missing_ok=True)
        self.remove([f"{PICTURES}/{picture.name}"])


def too_long(name: str, length: int) -> DownloadError:
    """What is said of a name whose key would have so many bytes."""
    shown = f"{name[:100]}…"
    return DownloadError(
        "bucket-name-long",
        f"The name would be {length} bytes long, and a bucket takes {KEY_BYTES}: {shown}",
        "Choose a shorter folder or name, then retry.",
        values={"length": str(length), "most": str(KEY_BYTES), "name": shown},
    )
