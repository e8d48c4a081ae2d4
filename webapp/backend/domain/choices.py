"""How something may be downloaded: what people choose, once or under a name."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.formats import FormatName
from domain.naming import Folder, Template
from domain.problems import WrongValueError

Resolution = Annotated[
    str,
    Field(
        pattern=r"^(best|[1-9][0-9]{1,4}p)$",
        description="best, or the smaller side in pixels, such as 1080p",
        examples=["best", "1080p"],
    ),
]
Embedded = Literal["metadata", "chapters", "thumbnail"]
Beside = Literal["srt", "vtt", "thumbnail", "info", "nfo"]
Category = Literal[
    "sponsor",
    "selfpromo",
    "interaction",
    "intro",
    "outro",
    "preview",
    "hook",
    "filler",
    "music_offtopic",
]
LANGUAGE = r"^[A-Za-z0-9][A-Za-z0-9_.-]{1,39}$"
Language = Annotated[str, Field(pattern=LANGUAGE, examples=["en", "pt_BR"])]
AudioTrackId = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9_.-]{1,40}(\+ad)?$", examples=["en", "en+ad"])
]
Seconds = Annotated[float, Field(ge=0, le=10_000_000, allow_inf_nan=False)]


class Choices(BaseModel):
    """What one chooses again and again, and may give a name: see `Profile`."""

    model_config = ConfigDict(extra="forbid")

    format: FormatName = "mp4"
    resolution: Resolution = "best"
    embed: list[Embedded] = Field(default=[], max_length=3, description="Put into the file")
    subtitles: list[Language] = Field(default=[], max_length=10, description="Languages, put in")
    codecs: Literal["compatible", "best"] = Field(
        default="compatible",
        description="Of an mp4: H.264 and AAC, which every device plays, or the best quality",
    )
    audio: AudioTrackId | None = Field(
        default=None, description="Of several audio tracks the one to take; null = the site's own"
    )
    audio_bitrate: Literal[128, 192, 320] | None = Field(
        default=None, description="Of mp3, m4a and opus, in kbit/s; null = about the source's"
    )
    beside: list[Beside] = Field(
        default=[],
        max_length=5,
        description="Files beside it: subtitles (instead of in it) as srt or vtt, its picture, "
        "what the site told (info), and what media servers read (nfo)",
    )
    sponsorblock: Literal["mark", "cut"] | None = Field(
        default=None, description="What viewers marked: as chapters, or cut out (not of a clip)"
    )
    sponsorblock_categories: list[Category] = Field(
        default=["sponsor"], min_length=1, max_length=10, description="What of it"
    )
    folder: Folder | None = Field(
        default=None, description="Below the media folder; null = as /api/naming has it"
    )
    template: Template | None = Field(
        default=None, description="The file's name, of fields; null = as /api/naming has it"
    )
    live: Literal["now", "start", "wait"] | None = Field(
        default=None,
        description="Of a live stream: record from now on, from as far back as the site has it, or "
        "wait for it to begin; null = refuse it",
    )
    rate: int | None = Field(
        default=None, ge=1000, le=10**12, description="Bytes/s at most; null = RATE_LIMIT"
    )


class DownloadOptions(Choices):
    """How something is to be downloaded."""

    start: Seconds | None = Field(
        default=None,
        description="Keep only from here on (seconds); the whole is fetched all the same",
    )
    end: Seconds | None = Field(default=None, description="Keep only up to here (seconds)")

    @model_validator(mode="after")
    def _end_after_start(self) -> Self:
        if self.end is not None and self.end <= (self.start or 0):
            raise WrongValueError(
                f"end ({self.end:g} s) must be after start ({self.start or 0:g} s).",
                kind="end-first",
                end=f"{self.end:g}",
                start=f"{self.start or 0:g}",
            )
        return self


ProfileId = Annotated[
    str, Field(pattern=r"^[a-z0-9-]{1,40}$", examples=["plays-everywhere", "podcast"])
]


class OfProfile(DownloadOptions):
    """Choices of a profile, and what is to be different this time."""

    profile: ProfileId | None = Field(
        default=None,
        description="Decides whatever is left out here; null = the default profile",
    )
