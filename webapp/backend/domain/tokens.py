"""Tokens for scripts: what each kind lets its holder do."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from domain.feeds import FEEDS
from domain.problems import WrongValueError
from domain.texts import line

TokenScope = Literal["add", "read", "all"]
PREFIX = "sy_"
"""What every token begins with, so that it is known for one wherever it turns up."""
TOKENS = "/api/tokens"
LOOKS = {"GET", "HEAD", "OPTIONS"}
ADDS = {"/api/downloads", "/api/downloads/bulk", "/api/previews"}
ONE_DOWNLOAD = re.compile(r"/api/downloads/[0-9a-z]{26}")


def may(scope: TokenScope, method: str, path: str) -> bool:
    """Whether a token of that scope is enough for a request; for tokens themselves none is."""
    if path == TOKENS or path.startswith(f"{TOKENS}/"):
        return False
    if path == FEEDS or path.startswith(f"{FEEDS}/"):
        return scope == "all"  # their addresses outlive the token
    if scope == "add":
        if method in LOOKS:
            return ONE_DOWNLOAD.fullmatch(path) is not None
        return method == "POST" and path in ADDS
    return scope == "all" or method in LOOKS


def _one_line(text: str) -> str:
    text = line(text) or ""
    if not text:
        raise WrongValueError(
            "The name is empty: give it a word, such as the script's name.", kind="token-nameless"
        )
    return text


class TokenRequest(BaseModel):
    """A token as it is to be."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(max_length=60), AfterValidator(_one_line)]
    scope: TokenScope = Field(
        description="add: queue downloads and see what becomes of them; read: see everything; "
        "all: everything but tokens"
    )


class ApiToken(BaseModel):
    """A token, without the token itself."""

    id: str
    name: str
    scope: TokenScope
    created: str
    last_used: str | None = Field(description="To the minute; null = never")


class NewApiToken(ApiToken):
    """A token that was just made: it is shown only now."""

    token: str
