"""Speaks to an object store by the S3 API, and says what went wrong in words.

botocore is imported here alone, and this module only where there is a bucket. Every body that is
sent carries its MD5, which the store compares; no newer checksum is asked for, since not every
store knows those.
"""

from __future__ import annotations

import base64
import hashlib
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, SSLError
from botocore.session import Session

from domain.failures import SERVER_ERROR, DownloadError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from net.bucket_place import BucketPlace

CONNECT_SECONDS, READ_SECONDS = 5, 60
TRIES = 3
ASK_SECONDS, ASK_TRIES = 5, 2
"""For what people wait for: whether there is a file, say."""
CONNECTIONS = 50
KINDS = frozenset(
    {
        *("bucket-unreachable", "bucket-missing", "bucket-refused", "bucket-region"),
        "bucket-certificate",
    }
)
"""What downloads wait for, as for a media folder that is not there."""
GONE = {"404", "NoSuchKey", "NoSuchUpload", "NotFound"}
REGION = {"301", "PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraint"}
REFUSED = {
    *("401", "403", "AccessDenied", "AllAccessDisabled", "ExpiredToken", "InvalidAccessKeyId"),
    *("InvalidSecurity", "InvalidToken", "SignatureDoesNotMatch", "RequestTimeTooSkewed"),
}
RIGHTS = (
    "ListBucket, ListBucketMultipartUploads, ListMultipartUploadParts, GetObject, PutObject,"
    " DeleteObject and AbortMultipartUpload"
)
AGAIN = "Downloads go on by themselves then."


class AbsentError(Exception):
    """There is no such object, or no such upload any more."""


@cache
def _session() -> Any:  # noqa: ANN401 - botocore has no types
    """One for all clients: it keeps what it has read about the service."""
    return Session()


def connect(place: BucketPlace, *, asks: bool = False) -> Any:  # noqa: ANN401 - as above
    """A client, safe to use from any thread; nothing is asked yet.

    One that only `asks` does not wait long: a store that says nothing must hold nobody up.
    """
    config = Config(
        signature_version="s3v4",
        connect_timeout=CONNECT_SECONDS,
        read_timeout=ASK_SECONDS if asks else READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": ASK_TRIES if asks else TRIES},
        max_pool_connections=CONNECTIONS,
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        ignore_configured_endpoint_urls=True,
        s3={"addressing_style": "path" if place.endpoint else "auto"},
    )
    return _session().create_client(
        "s3",
        region_name=place.region,
        endpoint_url=place.endpoint or None,
        aws_access_key_id=place.access_key,
        aws_secret_access_key=place.secret_key,
        config=config,
    )


def md5(content: bytes) -> tuple[str, str]:
    """What the store compares a body with; and the ETag that it usually gives it."""
    digest = hashlib.md5(content, usedforsecurity=False)
    return base64.b64encode(digest.digest()).decode(), f'"{digest.hexdigest()}"'


@contextmanager
def told(place: BucketPlace) -> Iterator[None]:
    """Say what botocore raises in our words.

    Raises:
        AbsentError: when there is no such object or upload.
        DownloadError: for everything else; of one of `KINDS` where it may pass by itself.

    """
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in GONE:
            raise AbsentError(code) from error
        raise refusal(place, error) from error
    except SSLError as error:
        raise untrusted(place) from error
    except BotoCoreError as error:
        why = (
            str(error) if isinstance(error, HTTPClientError) else f"{type(error).__name__}: {error}"
        )
        raise unreachable(place, why) from error
    except RecursionError as error:
        # botocore asks a redirect that names no region for the region, is redirected, asks ...
        raise unreachable(place, "it redirects to another address") from error


def missing_bucket(place: BucketPlace) -> DownloadError:
    """What is said where the bucket itself is not there."""
    return DownloadError(
        "bucket-missing",
        f"There is no bucket {place.bucket} at {place.server}.",
        f"Make it, or correct MEDIA_URL or MEDIA_ENDPOINT. {AGAIN}",
        transient=True,
        values={"bucket": place.bucket, "server": place.server},
    )


def unreachable(place: BucketPlace, why: str) -> DownloadError:
    """What is said where nobody answers, or somebody who cannot now."""
    return DownloadError(
        "bucket-unreachable",
        f"{place.url} cannot be reached at {place.server}: {why.rstrip('.')}.",
        f"Start the object store, or correct MEDIA_ENDPOINT. {AGAIN}",
        transient=True,
        values={"url": place.url, "server": place.server, "why": why},
    )


def untrusted(place: BucketPlace) -> DownloadError:
    """What is said where nobody vouches for who answers."""
    return DownloadError(
        "bucket-certificate",
        f"The TLS certificate of {place.server} is not valid, so the server's identity is not "
        "confirmed.",
        "If it comes from an authority of your own, name that in .env and restart:"
        f" CA_FILE=/path/to/ca.pem. {AGAIN}",
        transient=True,
        values={"server": place.server},
    )


def refusal(place: BucketPlace, error: ClientError) -> DownloadError:
    """What is said of an answer that is an error."""
    code = str(error.response.get("Error", {}).get("Code", ""))
    values = {"url": place.url, "server": place.server, "code": code}
    if code == "NoSuchBucket":
        return missing_bucket(place)
    if code in REFUSED:
        return DownloadError(
            "bucket-refused",
            f"{place.server} denies access to {place.url}: {code}.",
            "Correct MEDIA_ACCESS_KEY and MEDIA_SECRET_KEY, and this machine's clock; the key needs"
            f" the rights {RIGHTS}. {AGAIN}",
            transient=True,
            values=values | {"rights": RIGHTS},
        )
    if code in REGION:
        return DownloadError(
            "bucket-region",
            f"{place.url} is in another region than {place.region}: {code}.",
            f"Set MEDIA_REGION to that of the bucket. {AGAIN}",
            transient=True,
            values=values | {"region": place.region},
        )
    why = str(error.response.get("Error", {}).get("Message", "")) or str(error)
    if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= SERVER_ERROR:
        return unreachable(place, f"{code}: {why}")
    return DownloadError(
        "bucket-answer",
        f"{place.server} did not do what {place.url} needs: {code}: {why.rstrip('.')}.",
        f"See what the object store says of it. {AGAIN}",
        transient=True,
        values=values | {"why": why},
    )
