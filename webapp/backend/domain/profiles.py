"""Profiles: choices with a name, of which some come with the app."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from domain.choices import Choices, ProfileId
from domain.problems import WrongValueError
from domain.texts import line


def _one_line(text: str) -> str:
    """A name as it is shown: one line, without blanks around it."""
    text = line(text) or ""
    if not text:
        raise WrongValueError("The name is empty: give it a word.", kind="profile-nameless")
    return text


ProfileName = Annotated[str, Field(max_length=60), AfterValidator(_one_line)]


class Profile(BaseModel):
    """Choices with a name."""

    id: ProfileId
    name: str
    own: bool = Field(description="Whether somebody made it; the others come with the app")
    default: bool = Field(description="Whether it is taken where none is named")
    choices: Choices


class ProfileRequest(BaseModel):
    """A profile as it is to be."""

    model_config = ConfigDict(extra="forbid")

    name: ProfileName
    choices: Choices = Choices()


class DefaultProfile(BaseModel):
    """Which profile is to be taken where none is named."""

    model_config = ConfigDict(extra="forbid")

    id: ProfileId


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """One of them. The page says its name in the language of the reader, by its id."""

    id: str
    name: str
    choices: Choices


BUILT_IN = {
    profile.id: profile
    for profile in (
        BuiltIn("plays-everywhere", "Plays everywhere", Choices()),
        BuiltIn(
            "best-quality",
            "Best quality",
            Choices(format="mkv", codecs="best", embed=["metadata", "chapters"]),
        ),
        BuiltIn(
            "podcast",
            "Podcast",
            Choices(format="mp3", audio_bitrate=128, embed=["metadata", "chapters", "thumbnail"]),
        ),
        BuiltIn(
            "archive",
            "Archive",
            Choices(
                format="mkv",
                codecs="best",
                embed=["metadata", "chapters", "thumbnail"],
                beside=["thumbnail", "info", "nfo"],
            ),
        ),
    )
}
FIRST = "plays-everywhere"
"""What is taken until somebody chooses another."""


def shown(one: BuiltIn, default: str) -> Profile:
    """As people see it; `default` is the id of the one that is taken where none is named."""
    return Profile(
        id=one.id, name=one.name, own=False, default=one.id == default, choices=one.choices
    )


def name_key(name: str) -> str:
    """What two names have in common that people would take for the same."""
    return " ".join(name.casefold().split())
