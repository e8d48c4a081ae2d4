"""Tells the other api processes on a shared database what happens here, and hears them.

Over PostgreSQL's LISTEN/NOTIFY: (item, event, JSON), as on the event streams. What is too long for
a notification goes without its data; the hearer then looks into the store. What is said while
nobody listens is lost: whoever begins to listen, again or for the first time, is told to look.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import threading
import time
from typing import TYPE_CHECKING, Any, Protocol
from uuid import uuid4

import psycopg

from domain.problems import DatabaseUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

    class Connect(Protocol):
        """Something to be called."""

        def __call__(self, *, patience: float | None) -> psycopg.Connection[Any]:
            """Open a session that waits for so long for an answer; raises psycopg.Error."""

    OnMessage = Callable[[str, str, str | None], None]
    OnChange = Callable[[], None]

CHANNEL = "downloads"
MAX_BYTES = 7_900
NOTIFY = "SELECT pg_notify(%s, %s)"
RETRY_SECONDS = 1.0
SPEAK_SECONDS = 5.0
"""After which a server that takes no notification is given up: who speaks holds up others."""

log = logging.getLogger("uvicorn.error")


class PgNotifyBus:
    """A connection to speak, and one, in a thread, to hear."""

    def __init__(self, connect: Connect) -> None:
        """`connect` opens a session; one to hear waits for ever for what is said."""
        self._connect = connect
        self._me = f"{os.getpid()}-{uuid4().hex[:8]}"
        self._sender: psycopg.Connection | None = None
        self._lock = threading.Lock()

    def listen(self, on_message: OnMessage, on_connect: OnChange, on_disconnect: OnChange) -> None:
        """Begin to hear the others, in a thread, and return at once.

        `on_message` is called with (item, event, JSON or None), `on_connect` whenever something may
        have been missed, `on_disconnect` when PostgreSQL has gone.
        """
        arguments = (on_message, on_connect, on_disconnect)
        threading.Thread(target=self._listen, args=arguments, name="bus", daemon=True).start()

    def publish(self, item: str, event: str, data: str) -> None:
        """Notify all others; what cannot be sent now is lost, the store has it anyway."""
        message = json.dumps({"from": self._me, "item": item, "event": event, "data": data})
        if len(message.encode()) > MAX_BYTES:
            message = json.dumps({"from": self._me, "item": item, "event": event, "data": None})
        with self._lock:
            try:
                self._notify(message)
            except psycopg.Error as error:
                log.warning("The other processes could not be told: %s", error)

    def _notify(self, message: str) -> None:
        """Over the connection that there is; it may have been lost unnoticed: then over another."""
        if self._sender:
            with contextlib.suppress(psycopg.Error):
                self._sender.execute(NOTIFY, (CHANNEL, message))
                return
            self._sender.close()
        self._sender = None
        self._sender = self._connect(patience=SPEAK_SECONDS)
        self._sender.execute(NOTIFY, (CHANNEL, message))

    def _listen(self, on_message: OnMessage, on_connect: OnChange, on_disconnect: OnChange) -> None:
        while True:
            try:
                with self._connect(patience=None) as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    on_connect()
                    for notification in connection.notifies():
                        self._dispatch(notification.payload, on_message)
            except (psycopg.Error, DatabaseUnavailableError) as error:
                log.warning("The other processes cannot be heard, it is tried again: %s", error)
                on_disconnect()
            except Exception:  # whatever it is: without this thread nobody is heard any more
                log.exception("The other processes cannot be heard, it is tried again.")
            time.sleep(RETRY_SECONDS)

    def _dispatch(self, payload: str, on_message: OnMessage) -> None:
        try:
            message = json.loads(payload)
            if message["from"] != self._me:
                on_message(message["item"], message["event"], message["data"])
        except (LookupError, TypeError, ValueError) as error:
            told = "Another process told what is not understood (is it of another version?): %s"
            log.warning(told, error)
