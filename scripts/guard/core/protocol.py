"""What a server was seen to speak on its port."""

from __future__ import annotations

import enum


class Protocol(enum.Enum):
    """What a server speaks; the value is the scheme of its URL."""

    HTTP = "http"
    TLS = "https"
    OTHER = "tcp"
