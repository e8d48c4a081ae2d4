"""The runner's fourth job: send notifications to one receiver, sandboxed like every other job.

A webhook is posted here, everything else goes through apprise. Redirects of a webhook are not
followed: what is posted to one address is meant for no other.
"""

from __future__ import annotations

import logging
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.request import getproxies

from domain.failures import DownloadError
from domain.notices import in_words
from domain.receivers import beginning, service_of
from domain.retry_after import seconds_asked
from domain.webhooks import signed
from net.egress import AddressRefusedError
from runner.time_limit import time_limit

if TYPE_CHECKING:
    from collections.abc import Callable

    from apprise import NotifyBase

MESSAGE_SECONDS = 20.0
"""How long the delivery of one notification may take."""
CONNECT_SECONDS = 10.0
AGENT = "SY-Media-Downloader"
FIRST_REDIRECT, FIRST_ERROR, GONE, FIRST_OF_SERVER = 300, 400, 410, 500
BUSY = {408, 425, 429}
"""Statuses that are the receiver's fault, not the message's."""
STATUS = re.compile(r"error[=: ]+(\d{3})\b")


@dataclass(frozen=True, slots=True)
class NotifyJob:
    """The receiver, and the messages (`id`, `body`) to send; none: only the address is checked."""

    kind: str
    url: str
    messages: list[dict[str, str]]
    secret: str | None = None
    language: str = "en"
    seconds: float = MESSAGE_SECONDS
    """How long each may take."""


class _LateError(BaseException):
    """It took too long. Not an Exception, so that no library mistakes it for one of its own."""


@dataclass(eq=False)
class _RefusedError(Exception):
    """A receiver did not take a message; `halt`: it will not take another one now either."""

    error: DownloadError
    halt: bool = True
    gone: bool = False
    wait: float = 0.0


def notify(job: NotifyJob, emit: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """Send the messages one by one, and report each: `delivered`, or `refused` with the reason.

    It ends with the first that shows that the receiver cannot be reached.

    Raises:
        DownloadError: when nothing can be sent to the address.

    """
    send = _post if job.kind == "webhook" else _by_apprise(job)
    for message in job.messages:
        try:
            with time_limit(job.seconds, _LateError()):
                send(job, message)
        except _LateError:
            late = DownloadError(
                "receiver-slow",
                f"The receiver did not answer within {job.seconds:g} s.",
                "Look whether it is running.",
                values={"seconds": f"{job.seconds:g}"},
            )
            emit(_not_delivered(message, _RefusedError(late)))
            break
        except Exception as error:  # noqa: BLE001 - whatever it is, the receiver's row shows it
            refused = error if isinstance(error, _RefusedError) else _failed(error, job)
            emit(_not_delivered(message, refused))
            if refused.halt:
                break
        else:
            emit({"event": "delivered", "id": message["id"]})
    return {}


def _not_delivered(message: dict[str, str], refused: _RefusedError) -> dict[str, Any]:
    return {
        "event": "refused",
        "id": message["id"],
        "error": refused.error.as_error(),
        "halt": refused.halt,
        "gone": refused.gone,
        "wait": refused.wait,
    }


def _post(job: NotifyJob, message: dict[str, str]) -> None:
    import requests

    body = message["body"]
    headers = {"Content-Type": "application/json", "User-Agent": AGENT}
    headers |= signed(job.secret or "", message["id"], body, int(time.time()))
    with requests.Session() as session:
        session.trust_env = False  # a .netrc is for the person whose it is
        session.proxies.update(getproxies())
        with session.post(
            job.url,
            data=body.encode(),
            headers=headers,
            timeout=CONNECT_SECONDS,
            allow_redirects=False,
            stream=True,  # the status is enough, the body is not read
        ) as answer:
            _judge(answer.status_code, answer.headers.get("Retry-After", ""))


def _judge(status: int, later: str) -> None:
    """Raise `_RefusedError` unless the status means success."""
    if status < FIRST_REDIRECT:
        return
    if status < FIRST_ERROR:
        raise _RefusedError(
            DownloadError(
                "receiver-moved",
                f"The receiver leads to another address (HTTP {status}).",
                "Give the address that it leads to.",
                values={"status": str(status)},
            )
        )
    if status == GONE:
        gone = DownloadError(
            "receiver-gone",
            f"The receiver wants no more notifications (HTTP {status}).",
            "Switch it on again if that was a mistake.",
        )
        raise _RefusedError(gone, gone=True)
    halt = status in BUSY or status >= FIRST_OF_SERVER
    raise _RefusedError(_refusal(status), halt=halt, wait=seconds_asked(later))


def _refusal(status: int | None) -> DownloadError:
    told = f" (HTTP {status})" if status else ""
    return DownloadError(
        "receiver-refuses",
        f"The receiver did not take the notification{told}.",
        "Check its address, and what it says itself.",
    )


def _by_apprise(job: NotifyJob) -> Callable[[NotifyJob, dict[str, str]], None]:
    """The function that sends through apprise. Raises `DownloadError` if the address is invalid."""
    import apprise
    from apprise.manager_plugins import NotificationManager

    logging.getLogger("apprise").propagate = False  # its messages hold passwords
    files = _keep_files()
    with apprise.LogCapture(level=logging.WARNING):
        service: NotifyBase | None = apprise.Apprise.instantiate(job.url)
        services, name = NotificationManager(), service_of(job.url)
        known = name in services.schemas() and services[name].enabled
    if files:
        raise DownloadError(
            "receiver-file",
            "The address names a file on the server, and none is read for a receiver.",
            "Leave out that part of the address.",
        )
    if service is None:
        raise _unusable(name, known=known)

    def send(job: NotifyJob, message: dict[str, str]) -> None:
        title, body = in_words(message["body"], job.language)
        with apprise.LogCapture(level=logging.WARNING) as said:
            taken = service.notify(title=title, body=body or title)
            status = STATUS.search(said.getvalue())
        if not taken:
            raise _RefusedError(_refusal(int(status[1]) if status else None))

    return send


def _keep_files() -> list[str]:
    """Keep apprise from opening files of this machine, for good; returns those that it asks for.

    Templates, keys and lists of addresses, of whichever service, are all opened by one class. A
    `.netrc` is for the person whose it is.
    """
    import requests.sessions
    from apprise.attachment.file import AttachFile

    asked: list[str] = []
    # An address without a result is not attached.
    setattr(AttachFile, "parse_url", staticmethod(asked.append))  # noqa: B010 - mypy forbids `=`
    setattr(requests.sessions, "get_netrc_auth", lambda *_, **__: None)  # noqa: B010 - the same
    return asked


def _unusable(service: str, *, known: bool) -> DownloadError:
    if known:
        return DownloadError(
            "receiver-address",
            f"Something is missing from the address, or wrong in it: {service}:// needs another.",
            "Look up how it is written: https://appriseit.com/services/.",
            values={"service": service},
        )
    return DownloadError(
        "receiver-service",
        f"{service}:// is no service that can be told.",
        "Look up which there are: https://appriseit.com/services/.",
        values={"service": service},
    )


def _failed(error: Exception, job: NotifyJob) -> _RefusedError:
    """Why it could not be sent at all; the address is left out, since it may be a secret."""
    seen: BaseException | None = error
    while seen is not None and not isinstance(seen, AddressRefusedError):
        seen = seen.__cause__ or seen.__context__
    if seen is not None:
        return _RefusedError(
            DownloadError(
                "receiver-inside",
                str(seen),
                "Only the operator can allow it: ALLOW_HOSTS.",
                values=seen.values,
            )
        )
    why = _in_short(error, job)
    return _RefusedError(
        DownloadError(
            "receiver-away",
            f"The receiver cannot be reached ({why}).",
            "Check its address, and whether it is running.",
            values={"why": why},
        )
    )


REASONS = (
    ("refused", "connection refused"),
    ("name or service", "no such host"),
    ("resolve", "no such host"),
    ("certificate", "bad certificate"),
    ("timed out", "no answer"),
)
"""Signs of why nobody can be told, and its name; the page has words for each name."""


def _in_short(error: Exception, job: NotifyJob) -> str:
    text = str(error).lower()
    for sign, meaning in REASONS:
        if sign in text:
            return meaning
    return f"{type(error).__name__}, {beginning(job.url)}"
