"""One blocking HTTP request to a server of this machine; a proxy is never asked.

For the commands and the doctor: both have to tell a server that is not there from one that is
silent, and neither may need a package for it.
"""

from __future__ import annotations

import http.client
from collections.abc import Callable, Mapping
from dataclasses import dataclass

ANSWER_BYTES = 64 * 1024 * 1024  # of an answer that are read at the most


@dataclass(frozen=True)
class Answer:
    """What came of an HTTP request."""

    connected: bool
    status: int | None = None
    """None where there was no answer, or none that is HTTP."""
    standby: str | None = None
    """The state of the service, where the guard answered in its place."""
    body: bytes = b""
    silent: bool = False
    """Connected, and then nothing came in time."""
    error: str = ""
    """Why there was no answer."""

    @property
    def well(self) -> bool:
        """Whether the server itself answered, and not with an error of its own."""
        ours = self.status is not None and self.status < http.client.INTERNAL_SERVER_ERROR
        return ours and self.standby is None


def ask(
    host: str,
    port: int,
    path: str,
    timeout: float,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    vet: Callable[[], None] = lambda: None,
) -> Answer:
    """Make one HTTP request, of a browser's kind. `timeout` is in seconds.

    `vet` is called once there is a connection, before anything is sent; raises what it raises, and
    nothing else.
    """
    connection = http.client.HTTPConnection(host, port, timeout=timeout)
    try:
        connection.connect()
    except OSError as error:
        silent = isinstance(error, TimeoutError)
        return Answer(connected=False, silent=silent, error=str(error))
    sent = {"Host": f"localhost:{port}", "Accept": "*/*", **(headers or {})}
    try:
        vet()
        connection.request(method, path, headers=sent)
        response = connection.getresponse()
        standby = response.getheader("X-Guard-Standby")
        body = response.read(ANSWER_BYTES)
        return Answer(connected=True, status=response.status, standby=standby, body=body)
    except TimeoutError as error:
        return Answer(connected=True, silent=True, error=str(error))
    except (OSError, http.client.HTTPException) as error:
        return Answer(connected=True, error=str(error) or type(error).__name__)
    finally:
        connection.close()
