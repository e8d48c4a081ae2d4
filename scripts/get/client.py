"""The API as a script speaks to it: with a token, and so that what is sent again does no harm."""

import json
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

TRIES = 5
"""Of a request that nobody answers: a backend that restarts is back within seconds."""
PAUSE_SECONDS = 1.0
POLL_SECONDS = 1.0
TIMEOUT_SECONDS = 30.0
OVER = {"done", "failed", "cancelled"}

Json = dict[str, Any]


class UnreachableError(Exception):
    """Nobody answers at that address."""


class RefusedError(Exception):
    """The backend says no; the message is what it says."""


@dataclass(frozen=True)
class Client:
    """One backend, at an address such as `http://localhost:8000`."""

    url: str
    token: str = ""
    vet: Callable[[], None] = lambda: None
    """Called before each request; raises `RefusedError` where nothing is to be told."""

    def add(self, link: str, choices: Json) -> Json:
        """Queue a download, once, however often it has to be sent.

        Raises:
            UnreachableError: when nobody answers.
            RefusedError: when it makes no sense, or the token does not allow it.

        """
        key = {"Idempotency-Key": str(uuid.uuid4())}
        return self._ask("POST", "/api/downloads", {"url": link, **choices}, key)

    def get(self, item: str) -> Json:
        """One download. Raises as `add`."""
        return self._ask("GET", f"/api/downloads/{urllib.parse.quote(item, safe='')}")

    def list(self, *, states: list[str], limit: int) -> list[Json]:
        """The newest downloads. Raises as `add`."""
        query = urllib.parse.urlencode({"limit": limit, "state": states}, doseq=True)
        found: list[Json] = self._ask("GET", f"/api/downloads?{query}")["items"]
        return found

    def wait(self, item: str) -> Iterator[Json]:
        """A download as it is, again and again, until it is over. Raises as `add`."""
        while True:
            download = self.get(item)
            yield download
            if download["state"] in OVER:
                return
            time.sleep(POLL_SECONDS)

    def _ask(
        self, method: str, path: str, body: Json | None = None, headers: Json | None = None
    ) -> Json:
        request = urllib.request.Request(  # noqa: S310 - http, from the settings or the shell
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", **(headers or {})},
        )
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        for left in reversed(range(TRIES)):
            self.vet()
            try:
                with opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
                    found: Json = json.load(answer)
                    return found
            except urllib.error.HTTPError as error:
                later = error.code in {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.BAD_GATEWAY}
                if not (later and left):
                    raise RefusedError(_said(error)) from None
            except (OSError, ValueError) as error:
                if not left:
                    raise UnreachableError(str(getattr(error, "reason", error))) from None
            time.sleep(PAUSE_SECONDS)
        raise AssertionError("the last try raises or returns")


def _said(error: urllib.error.HTTPError) -> str:
    """What the backend wrote, or else its status."""
    try:
        problem = json.load(error)
        return f"{problem['detail']} {problem.get('fix', '')}".strip()
    except (ValueError, KeyError, TypeError):
        return f"It answered {error.code} {error.reason}."
