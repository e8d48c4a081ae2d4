"""Receivers of notifications: who is told that something happened, and how.

What could give somebody else a receiver's rights is never told again: of an address only its
beginning is shown, since many services keep their password in it.
"""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from domain.downloads import DownloadErrorBody
from domain.links import MAX_URL_LENGTH, web_address
from domain.problems import WrongValueError
from domain.texts import line

Occasion = Literal["finished", "failed", "new"]
"""A download has finished, or failed; a subscription has queued something."""
ReceiverKind = Literal["webhook", "apprise"]
LOCAL = frozenset(
    {"blink1", "dbus", "gio", "glib", "gnome", "kde", "macosx", "qt", "syslog", "windows"}
)
"""Of what apprise knows, what tells only the desktop, a lamp or the log of the server's machine."""


def service_of(address: str) -> str:
    """The part of an apprise address that names its service, lower case."""
    return address.partition("://")[0].strip().lower()


def _name(text: str) -> str:
    text = line(text) or ""
    if not text:
        raise WrongValueError(
            "The name is empty: give it a word, such as the service's name.",
            kind="receiver-nameless",
        )
    return text


def _some(occasions: list[Occasion]) -> list[Occasion]:
    if not occasions:
        raise WrongValueError("Choose at least one occasion.", kind="receiver-idle")
    return list(dict.fromkeys(occasions))


def _apprise_address(text: str) -> str:
    text, service = text.strip(), service_of(text)
    if "://" not in text or not service:
        raise WrongValueError(
            "This is not an address of apprise: it begins with a service, such as ntfy:// or "
            "mailto://.",
            kind="receiver-no-apprise",
        )
    if service in LOCAL:
        raise WrongValueError(
            f"{service}:// tells only the server's own machine: choose a service in the network.",
            kind="receiver-local",
            service=service,
        )
    if any(ord(c) <= 32 or ord(c) == 127 for c in text):  # noqa: PLR2004 - ASCII
        raise WrongValueError(
            "There is a space in the address: write %20 in its place.", kind="receiver-space"
        )
    return text


class ReceiverRequest(BaseModel):
    """A receiver as it is to be."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(max_length=60), AfterValidator(_name)]
    kind: ReceiverKind
    url: str | None = Field(
        default=None,
        max_length=MAX_URL_LENGTH,
        description="Where to: of a webhook a web address, else an address of apprise; "
        "null = as it was",
        examples=["https://example.org/hook", "ntfy://topic"],
    )
    occasions: Annotated[list[Occasion], Field(max_length=10), AfterValidator(_some)] = Field(
        description="finished and failed: a download; new: what a subscription has queued"
    )
    enabled: bool = True
    language: str = Field(
        default="en", pattern=r"^[a-z]{2}$", description="Of what people read; else English"
    )

    @field_validator("url")
    @classmethod
    def _address(cls, url: str | None, info: ValidationInfo) -> str | None:
        if url is None:
            return None
        return web_address(url) if info.data.get("kind") == "webhook" else _apprise_address(url)


class Receiver(BaseModel):
    """A receiver, without its secrets."""

    id: str
    name: str
    kind: ReceiverKind
    address: str = Field(description="The beginning of it: the rest may be a password")
    occasions: list[Occasion]
    enabled: bool
    language: str
    waiting: int = Field(description="Notifications that have not been delivered yet")
    told: str | None = Field(description="When the last one was delivered")
    error: DownloadErrorBody | None = Field(description="Why the last try failed, if it did")
    created: str


class NewReceiver(Receiver):
    """A receiver with the key that its webhooks are signed with, which is shown only now."""

    secret: str | None = Field(description="Of a webhook: `whsec_...`; null where none is needed")


class Delivery(BaseModel):
    """What came of a notification that was sent as a test."""

    delivered: bool
    error: DownloadErrorBody | None


def beginning(address: str) -> str:
    """What may be shown of an address."""
    parts = urlsplit(address)
    if parts.scheme in {"http", "https"}:
        host = parts.netloc.rpartition("@")[2]
        return f"{parts.scheme}://{host}/…"
    return f"{service_of(address)}://…"
