"""Cookies of sites, for what needs a login: one file a site, which only its owner may read.

`DATA_DIR/cookies/example.org.txt` (or `.json`) serves example.org and everything below it, and no
other site, whatever is in it. All files are handed to yt-dlp together: it sends to each host that
it asks, also after a redirect, what belongs to that host. A runner gets a copy in its staging
folder: never an argument, never in a log, and what yt-dlp writes back changes nothing.
"""

from __future__ import annotations

import contextlib
import dataclasses
import stat
from typing import TYPE_CHECKING

from domain.failures import COOKIES_MAY_HELP, DownloadError
from files.cookie_formats import Cookie, as_netscape, parse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COPY = "cookies.txt"
ENDINGS = (".txt", ".json")
MAX_BYTES = 1_000_000


def cookies_for(folder: Path, host: str) -> str | None:
    """The cookies of all sites, in Netscape's format; None if there are none.

    A file that cannot be used matters if it is that of `host` (`videos.example.org:80`).

    Raises:
        DownloadError: if others can read that file, or there are no cookies in it.

    """
    found: list[Cookie] = []
    own = file_of(folder, host)
    for file in _files(folder):
        try:
            found += read(file)
        except DownloadError:
            if file == own:
                raise
    return as_netscape(found) if found else None


def file_of(folder: Path, host: str) -> Path | None:
    """The file with the cookies of a host, or of a site above it."""
    labels = host.partition(":")[0].lower().split(".")
    sites = {".".join(labels[start:]) for start in range(len(labels))}
    return max(
        (file for file in _files(folder) if file.stem.lower() in sites),
        key=lambda file: len(file.stem),
        default=None,
    )


def read(file: Path) -> list[Cookie]:
    """The cookies in a file, as far as they are of its site.

    Raises:
        DownloadError: if others can read it, or there are no cookies in it.

    """
    try:
        if stat.S_IMODE(file.stat().st_mode) & 0o077:
            raise DownloadError(
                "cookies-open",
                f"{file.name} can be read by others, so it is not used.",
                f"Make it private: chmod 600 {file}",
                values={"name": file.name, "file": str(file), "site": file.stem.lower()},
            )
        text = file.read_bytes()[:MAX_BYTES].decode("utf-8", "replace")
    except OSError as error:
        raise _unusable(file.name, file.stem.lower(), error) from error
    return of_site(text, file.stem.lower(), file.name)


def of_site(text: str, site: str, name: str) -> list[Cookie]:
    """The cookies of a site in an export called `name`.

    Raises:
        DownloadError: if there are none.

    """
    try:
        cookies = parse(text)
    except ValueError as error:
        raise _unusable(name, site, error) from error
    kept = [of_it for cookie in cookies if (of_it := _within(cookie, site))]
    if not kept:
        raise _unusable(name, site, f"there is no cookie of {site} in it")
    return kept


def _unusable(name: str, site: str, why: object) -> DownloadError:
    return DownloadError(
        "cookies-unreadable",
        f"{name} cannot be used: {why}.",
        "Export the site's cookies again, in Netscape's format or as JSON.",
        values={"name": name, "site": site},
    )


def advise(failure: DownloadError, folder: Path, host: str) -> DownloadError:
    """Say which cookies were used, or where to put some, if that is what is wanted.

    `host` is that of the link; what a failure names as `host` has answered in its place, after a
    redirect. `values` then hold the `site` whose cookies are wanted.
    """
    if failure.kind not in COOKIES_MAY_HELP:
        return failure
    asked = failure.values.get("host", host)
    file = file_of(folder, asked)
    if file is None:
        site = _site(asked, host)
        fix = f"Export your cookies of the site into {folder / site}.txt, then retry."
    else:
        try:
            read(file)
        except DownloadError as unusable:
            return unusable
        site = file.stem.lower()
        fix = f"The cookies in {file.name} were sent. They may be too old: export them again."
    return dataclasses.replace(failure, fix=fix, values={**failure.values, "site": site})


def _site(asked: str, pasted: str) -> str:
    """Whose cookies to export: those of the link's site serve all hosts below it."""
    asked, pasted = (one.partition(":")[0].removeprefix("www.") for one in (asked, pasted))
    return pasted if pasted and asked.endswith(f".{pasted}") else asked


@contextlib.contextmanager
def private_copy(folder: Path, text: str | None) -> Iterator[str | None]:
    """Keep what only we may read in `folder` for as long as the block lasts; None for None."""
    if text is None:
        yield None
        return
    file = folder / COPY
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    file.write_text(text, encoding="utf-8")
    try:
        yield str(file)
    finally:
        file.unlink(missing_ok=True)


def _files(folder: Path) -> list[Path]:
    with contextlib.suppress(OSError):
        return sorted(f for f in folder.iterdir() if f.suffix in ENDINGS and f.stem)
    return []


def _within(cookie: Cookie, site: str) -> Cookie | None:
    """The cookie if it is of the site; one of a wider domain is narrowed to the site."""
    domain = cookie.domain.lower()
    if domain == site or domain.endswith(f".{site}"):
        return cookie
    if cookie.subdomains and site.endswith(f".{domain}"):
        return dataclasses.replace(cookie, domain=site)
    return None


def sites(folder: Path) -> dict[str, DownloadError | None]:
    """The sites that there are cookies of, each with what is wrong with its file, if anything."""
    found: dict[str, DownloadError | None] = {}
    for file in _files(folder):
        try:
            read(file)
            found[file.stem] = None
        except DownloadError as error:
            found[file.stem] = error
    return found


def keep(folder: Path, site: str, text: str) -> None:
    """Keep an export of a site's cookies, in place of what there was.

    Raises:
        DownloadError: if there are no cookies of that site in it; nothing has changed then.

    """
    of_site(text, site, f"{site}.txt")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    making = folder / f"{site}.new"
    making.unlink(missing_ok=True)
    making.touch(mode=0o600)
    making.write_text(text, encoding="utf-8")
    forget(folder, site)
    making.replace(folder / f"{site}.txt")


def forget(folder: Path, site: str) -> bool:
    """Remove the cookies of a site; whether there were any."""
    files = [file for file in _files(folder) if file.stem == site]
    for file in files:
        file.unlink()
    return bool(files)
