"""Where an object store is, and who we are there: what MEDIA_URL and its companions say."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
PREFIX = re.compile(r"[A-Za-z0-9!_.*'()-]+(/[A-Za-z0-9!_.*'()-]+)*")
"""What every store takes in a key without escapes; names of files below it are not bound by it."""
PREFIX_LENGTH = 200
REGION_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
REGION = "us-east-1"
"""What servers of one's own usually go by."""


@dataclass(frozen=True, slots=True)
class BucketPlace:
    """A bucket, and the prefix in it that is ours: empty, or without a slash at its ends."""

    bucket: str
    prefix: str = ""
    endpoint: str = ""
    """The server's address; empty: Amazon's, of the region."""
    region: str = REGION
    access_key: str = ""
    secret_key: str = field(default="", repr=False)
    redirect: bool = False
    """Whether what is saved, or fetched by podcast apps, comes from the store itself."""

    @property
    def url(self) -> str:
        """As people write it: `s3://bucket/prefix`."""
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/")

    @property
    def server(self) -> str:
        """Who is asked, for messages."""
        return self.endpoint or f"Amazon S3 ({self.region})"

    def key(self, name: str) -> str:
        """The key of a file with that name."""
        return f"{self.prefix}/{name}" if self.prefix else name


def parse_place(
    *, url: str, endpoint: str, region: str, access_key: str, secret_key: str, redirect: str
) -> tuple[BucketPlace | None, list[str]]:
    """The place that the settings name, if any, and what is wrong with them."""
    if not url:
        return None, []
    problems = []
    named = _split(url)
    if named is None:
        problems.append(
            f"MEDIA_URL={url}: give s3://BUCKET or s3://BUCKET/PREFIX, such as s3://media/library."
        )
    if endpoint and not _is_server(endpoint):
        problems.append(
            "MEDIA_ENDPOINT: give the address of the server alone, such as http://127.0.0.1:9000,"
            " or leave it out for Amazon S3."
        )
    if region and not REGION_NAME.fullmatch(region):
        problems.append(f"MEDIA_REGION={region}: give the name of a region, such as {REGION}.")
    for name, value in (("MEDIA_ACCESS_KEY", access_key), ("MEDIA_SECRET_KEY", secret_key)):
        if not value:
            problems.append(f"{name}: MEDIA_URL needs it; set it, or {name}_FILE.")
    if redirect.lower() not in {"yes", "no"}:
        problems.append(f"MEDIA_REDIRECT={redirect}: choose one of yes, no.")
    bucket, prefix = named or ("", "")
    asked = (endpoint.rstrip("/"), region or REGION, access_key, secret_key)
    return BucketPlace(bucket, prefix, *asked, redirect=redirect.lower() == "yes"), problems


def _split(url: str) -> tuple[str, str] | None:
    """Bucket and prefix of `s3://bucket/prefix`; None where it is nothing of that form."""
    scheme, _, rest = url.partition("://")
    bucket, _, prefix = rest.partition("/")
    prefix = prefix.strip("/")
    if scheme != "s3" or not BUCKET.fullmatch(bucket):
        return None
    if prefix and not (PREFIX.fullmatch(prefix) and len(prefix) <= PREFIX_LENGTH):
        return None
    return None if {".", ".."} & set(prefix.split("/")) else (bucket, prefix)


def _is_server(url: str) -> bool:
    """Whether it is the address of a server, without a path or a login in it."""
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    bare = parts.path in {"", "/"} and not (parts.query or parts.fragment or "@" in parts.netloc)
    return parts.scheme in {"http", "https"} and named and bare
