"""Tells the other api processes on a shared database what happens here, and hears them.

Over PostgreSQL's LISTEN/NOTIFY: (item, event, JSON), as on the event streams. What is too long for
a notification goes without its data; the hearer then looks into the store.
"""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg

if TYPE_CHECKING:
    from collections.abc import Callable

CHANNEL = "downloads"
MOST_BYTES = 7_900
RETRY_SECONDS = 1.0

log = logging.getLogger("uvicorn.error")


class Bus:
    """A connection to speak, and one, in a thread, to hear."""

    def __init__(self, url: str, hear: Callable[[str, str, str | None], None]) -> None:
        self._url = url.replace("postgresql+psycopg:", "postgresql:", 1)
        self._hear = hear
        self._me = f"{os.getpid()}-{uuid4().hex[:8]}"
        self._speaking: psycopg.Connection | None = None
        self._lock = threading.Lock()
        threading.Thread(target=self._listen, name="bus", daemon=True).start()

    def tell(self, item: str, event: str, data: str) -> None:
        """Tell all others; what cannot be told now is lost, the store has it anyway."""
        message = json.dumps({"from": self._me, "item": item, "event": event, "data": data})
        if len(message.encode()) > MOST_BYTES:
            message = json.dumps({"from": self._me, "item": item, "event": event, "data": None})
        with self._lock:
            try:
                if self._speaking is None or self._speaking.closed:
                    self._speaking = self._connect()
                self._speaking.execute("SELECT pg_notify(%s, %s)", (CHANNEL, message))
            except psycopg.Error as error:
                log.warning("The other processes could not be told: %s", error)
                self._speaking = None

    def _listen(self) -> None:
        while True:
            try:
                with self._connect() as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    for notification in connection.notifies():
                        self._take(notification.payload)
            except psycopg.Error as error:
                log.warning("The other processes cannot be heard: %s", error)
            time.sleep(RETRY_SECONDS)

    def _take(self, payload: str) -> None:
        message = json.loads(payload)
        if message["from"] != self._me:
            self._hear(message["item"], message["event"], message["data"])

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            self._url, autocommit=True, connect_timeout=5, keepalives_idle=5, keepalives_interval=2
        )
