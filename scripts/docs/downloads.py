"""The table of why a download fails, told by the code that says it."""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from botocore.exceptions import ClientError

from domain import failures
from domain.failures import DownloadError, classify
from domain.problems import DatabaseUnavailableError
from files import bucket, bucket_client, cookies, media_folder, multipart, shelf
from net.bucket_place import BucketPlace
from net.egress import Allowed, ProgramRefusedError

FOLDER = Path("/p/data")
HOST = "example.org"
PLACE = BucketPlace("media", "library", "http://objects.example:9000")


def downloads() -> str:
    """Why a download can fail, by kind."""
    rows = ["| kind | it says, for example | do this | retried |", "|---|---|---|---|"]
    for kind, failed in sorted(download_failures().items()):
        again = "yes" if failed.transient else "no"
        rows.append(f"| {kind} | {cell(failed.sentence)} | {cell(failed.fix)} | {again} |")
    return "\n".join(rows)


def download_failures() -> dict[str, DownloadError]:
    """What is said of a download from example.org, by kind; a status, where it came as one."""
    statuses = (*failures.STATUSES, failures.FIRST_ERROR, failures.SERVER_ERROR)
    said = {each.kind: each for each in _by_the_code()}
    said |= {failed.kind: failed for _, failed in failures.TEXTS}
    said |= {each.kind: each for each in map(failures.of_status, statuses)}
    advised = (cookies.advise(each, FOLDER / "cookies", HOST) for each in said.values())
    return {
        each.kind: replace(
            each, sentence=each.sentence.replace("/p/", ""), fix=each.fix.replace("/p/", "")
        )
        for each in advised
    }


def _by_the_code() -> Iterator[DownloadError]:
    """What is said in other places than the tables: an example is made to happen in each."""
    # Loaded here: with these comes the whole downloader, which other tables can do without.
    from runner import (
        completeness,
        conditional,
        direct,
        downloader,
        fetch,
        fragments,
        join,
        keys,
        live,
        metadata,
        trim,
    )
    from work import publishing, retries
    from work.pool import RunnerDiedError

    yield failures.PASSWORD_NEEDED
    yield from (downloader.PAGE_TOO_LARGE, fetch.NOTHING_RECORDED, join.NOT_JOINED, trim.NOT_CUT)
    yield classify(MemoryError())
    yield classify(ProgramRefusedError())
    yield classify(_raised(lambda: Allowed.parse(()).check("192.168.1.20", 80)))
    missing = classify(RuntimeError("got error: HTTP error 404"))
    yield fragments.piece_missing(missing, "index4.ts", 5, 12)
    yield from (conditional.NO_PIECES, keys.no_key(" (HTTP 404)"), keys.key_failure(401))
    yield completeness.without_end(600_000)
    yield classify(RuntimeError("[Example] 4711: Unable to extract title"))
    yield metadata.not_begun(None)
    mark = FOLDER / "media" / media_folder.MARK
    yield media_folder.not_mounted(FOLDER / "media", mark, owner=1000, user=1000)
    yield shelf.unusable(FOLDER / "media/music", "is a file")
    yield publishing.file_gone("A film.mp4")
    yield retries.crashed(RunnerDiedError("The download process ended with code -9."))
    yield retries.not_noted(DatabaseUnavailableError("data/app.db is read-only.", ""))
    why = f'Could not connect to the endpoint URL: "{PLACE.endpoint}/{PLACE.bucket}"'
    yield bucket_client.unreachable(PLACE, why)
    yield bucket_client.missing_bucket(PLACE)
    yield bucket_client.untrusted(replace(PLACE, endpoint="https://objects.example:9000"))
    yield bucket.too_long("Lectures/A name without an end", 1103)
    for code in ("AccessDenied", "AuthorizationHeaderMalformed", "KeyTooLongError"):
        error = {"Error": {"Code": code, "Message": "Your key is too long"}}
        yield bucket_client.refusal(PLACE, ClientError(error, "PutObject"))
    yield multipart.damaged("s3://media/library/a.mp4")
    yield multipart.ended("a.mp4")
    for refuse in (
        lambda: metadata.only_entry({"entries": [{"id": "1"}, {"id": "2"}]}),
        lambda: metadata.require_ended({"is_live": True}),
        lambda: direct.require_media(b"%PDF-1.4\n"),
        lambda: live.streams({"protocol": "http_dash_segments"}),
        lambda: trim.require_within(90, 12),
        lambda: cookies.of_site("", HOST, f"{HOST}.txt"),
        _open_cookies,
    ):
        yield classify(_raised(refuse))


def _open_cookies() -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, f"{HOST}.txt")
        file.touch(0o644)
        try:
            cookies.read(file)
        except DownloadError as error:
            kept = str(FOLDER / "cookies" / file.name)
            raise replace(error, fix=error.fix.replace(str(file), kept)) from None


def _raised(refuse: Callable[[], object]) -> Exception:
    try:
        refuse()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is shown
        return error
    raise AssertionError("nothing was refused")


def cell(text: str) -> str:
    """A text in a cell of a table."""
    return text.replace("|", "\\|").replace("\n", " ")
