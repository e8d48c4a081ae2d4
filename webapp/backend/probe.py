"""The health check of a container: `python probe.py PORT [SECONDS]`.

Exit code 0 when downloads can run, else 1 with the reason. An engine restarts what ends, but not
what hangs: so a server that has answered nothing for SECONDS is ended here, and restarted by the
engine. What was under way goes on then.
"""

from __future__ import annotations

import contextlib
import math
import sys
import tempfile
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import TYPE_CHECKING

import settings

if TYPE_CHECKING:
    from psutil import Process

ANSWER_SECONDS = 5.0
READY = 200
SILENT_SINCE = Path(tempfile.gettempdir()) / "silent-since"
"""Its time of change is that of the first probe in a row that had no answer."""


def main(port: int, patience: float) -> int:
    """Probe once."""
    try:
        reason = _ask(port)
    except TimeoutError:
        reason = f"no answer within {ANSWER_SECONDS:.0f} s"
        _note_silence(port, patience)
    else:
        SILENT_SINCE.unlink(missing_ok=True)
    print(reason or "ready")  # noqa: T201 - the engine keeps it
    return 1 if reason else 0


def _ask(port: int) -> str:
    """Why downloads cannot run, empty if they can; raises TimeoutError."""
    connection = HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", "/ready", headers=_authorization())
        answer = connection.getresponse()
        body = answer.read().decode(errors="replace")
    except TimeoutError:
        raise
    except (OSError, HTTPException) as error:
        return f"no answer: {error!r}"
    finally:
        connection.close()
    return "" if answer.status == READY else body


def _authorization() -> dict[str, str]:
    """What has the reason told; whether it is ready is told without."""
    try:
        token = settings.load().access_token
    except settings.SettingsError:
        return {}
    return {"Authorization": f"Bearer {token}"} if token else {}


def _note_silence(port: int, patience: float) -> None:
    """Begin to count, or end who serves `port` once it has lasted."""
    if not SILENT_SINCE.exists():
        SILENT_SINCE.touch()
    if time.time() - SILENT_SINCE.stat().st_mtime < patience:
        return
    SILENT_SINCE.unlink()
    import psutil  # not for every probe: they come every few seconds

    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):  # it has just gone, or is none of ours
            if _serves(process, port):
                process.kill()


def _serves(process: Process, port: int) -> bool:
    return any(
        connection.status == "LISTEN" and connection.laddr[1] == port
        for connection in process.net_connections("tcp")
    )


if __name__ == "__main__":
    _, given_port, *given_patience = sys.argv
    sys.exit(main(int(given_port), float(given_patience[0]) if given_patience else math.inf))
