"""What an object store answers, in our words."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from domain.failures import DownloadError
from files.bucket_client import KINDS, AbsentError, told
from net.bucket_place import BucketPlace

PLACE = BucketPlace("media", "library", "http://objects.example:9000", "eu-central-1")


def answer(code: str, status: int = 400) -> ClientError:
    told_by_it = {"Code": code, "Message": "It says why."}
    return ClientError(
        {"Error": told_by_it, "ResponseMetadata": {"HTTPStatusCode": status}},
        "PutObject",
    )


@pytest.mark.parametrize(
    ("code", "status", "kind", "says"),
    [
        (
            "AccessDenied",
            403,
            "bucket-refused",
            "denies access to s3://media/library: AccessDenied",
        ),
        ("403", 403, "bucket-refused", "denies access to"),
        (
            "SignatureDoesNotMatch",
            403,
            "bucket-refused",
            "http://objects.example:9000 denies access",
        ),
        ("PermanentRedirect", 301, "bucket-region", "in another region than eu-central-1"),
        ("NoSuchBucket", 404, "bucket-missing", "There is no bucket media at"),
        ("SlowDown", 503, "bucket-unreachable", "SlowDown: It says why."),
        ("KeyTooLongError", 400, "bucket-answer", "KeyTooLongError: It says why."),
    ],
)
def test_what_a_store_answers_is_said_by_its_kind(
    code: str, status: int, kind: str, says: str
) -> None:
    with pytest.raises(DownloadError) as failed, told(PLACE):
        raise answer(code, status)
    assert failed.value.kind == kind
    assert says in failed.value.sentence
    assert failed.value.transient
    assert (kind in KINDS) is (kind != "bucket-answer"), "what may pass is waited for"


@pytest.mark.parametrize("code", ["404", "NoSuchKey", "NoSuchUpload"])
def test_what_is_not_there_is_no_failure(code: str) -> None:
    with pytest.raises(AbsentError), told(PLACE):
        raise answer(code, 404)
