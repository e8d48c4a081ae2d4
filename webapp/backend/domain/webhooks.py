"""Signs webhooks, so that their receiver knows who sent them: Standard Webhooks.

https://github.com/standard-webhooks/standard-webhooks: an id by which what comes twice is known,
the time of sending, and an HMAC over both and the body.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

PREFIX = "whsec_"
KEY_BYTES = 32


def new_secret() -> str:
    """A key as receivers' libraries read it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def signed(secret: str, message: str, body: str, seconds: int) -> dict[str, str]:
    """The headers of `body`, sent as `message` at this time (Unix, seconds)."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    digest = hmac.digest(key, f"{message}.{seconds}.{body}".encode(), hashlib.sha256)
    return {
        "webhook-id": message,
        "webhook-timestamp": str(seconds),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }
