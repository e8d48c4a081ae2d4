"""Where a finished file goes: a folder, and a name made of fields.

The fields are our own and few. What a site tells is made fit for every file system before it is put
in, so that nothing in a title can lead to another folder.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from domain.names import FORBIDDEN, RESERVED, readable, segment
from domain.problems import WrongValueError

if TYPE_CHECKING:
    from collections.abc import Mapping

FIELDS: dict[str, str] = {
    "title": "The title",
    "channel": "Who published it",
    "date": "When it was published: 2026-01-31",
    "year": "2026",
    "month": "01",
    "day": "31",
    "episode": "S2026E013107: year, month, day, and two digits of the medium's own",
    "playlist": "The list that it was chosen from",
    "number": "Its number in that list",
    "resolution": "The smaller side: 1080p",
    "site": "The site",
    "id": "The site's name for the medium",
    "key": "Six letters of the download, which no other has",
    "ext": "The format",
}
DEFAULT = "{title} [{key}].{ext}"
ENDING = ".{ext}"
UNTITLED = "download"
TELLING = {"title", "id", "key", "episode"}
"""Of these a name needs one: else all files would have the same."""
MAX_LENGTH = 200
MAX_DEPTH = 8
NAME_BYTES = 200
"""Of 255 that a file system takes: a suffix such as `.pt_BR.srt` and a temporary name still fit."""
FIELD = re.compile(r"\{([^{}]*)\}")
EMPTY_BRACKETS = re.compile(r"\[\s*\]|\(\s*\)")
SEPARATORS = " -\u2013_,.\u00b7"


def check_folder(text: str) -> str:
    """A folder below the media folder, as it is kept: `Music/Live`; empty is the media folder.

    Raises:
        ValueError: with a sentence, when there can be no such folder.

    """
    text = unicodedata.normalize("NFC", text.strip()).removesuffix("/")
    if not text:
        return ""
    _demand_below(text, "A folder")
    parts = text.split("/")
    for part in parts:
        _demand_usable(part, "of a folder")
    return "/".join(readable(part) for part in parts)


def check_template(text: str) -> str:
    """A name made of fields, with folders if wanted: `{channel}/{title} [{id}].{ext}`.

    Raises:
        ValueError: with a sentence, when names cannot be made of it.

    """
    text = unicodedata.normalize("NFC", text.strip())
    _demand_below(text, "A name")
    unknown = next((name for name in FIELD.findall(text) if name not in FIELDS), None)
    if unknown is not None:
        known = ", ".join(f"{{{name}}}" for name in FIELDS)
        raise WrongValueError(
            f"{{{unknown[:40]}}} is not a field. There are {known}.",
            kind="naming-field",
            name=unknown[:40],
            known=known,
        )
    if set("{}") & set(FIELD.sub("", text)):
        raise WrongValueError(
            "A brace is left open or empty: a field looks like {title}.", kind="naming-brace"
        )
    if not text.endswith(ENDING) or text.count("{ext}") > 1:
        raise WrongValueError(
            "The name must end with .{ext}, which stands for the format.", kind="naming-ending"
        )
    *folders, name = text.removesuffix(ENDING).split("/")
    if not TELLING & set(FIELD.findall(name)):
        raise WrongValueError(
            "The name needs {title}, {id} or {key}, or all would be the same.", kind="naming-same"
        )
    for part in (*folders, name):
        _demand_usable(FIELD.sub("x", part), "of a folder" if part is not name else "of a file")
    return text


Folder = Annotated[
    str, Field(max_length=MAX_LENGTH, examples=["Music/Live"]), AfterValidator(check_folder)
]
Template = Annotated[
    str, Field(max_length=MAX_LENGTH, examples=[DEFAULT]), AfterValidator(check_template)
]


class Naming(BaseModel):
    """Where files go unless a download or its profile says otherwise."""

    model_config = ConfigDict(extra="forbid")

    video_folder: Folder = Field(default="", description="Below the media folder; empty is itself")
    audio_folder: Folder = ""
    template: Template = DEFAULT


def place(template: str, folder: str, facts: Mapping[str, str]) -> str:
    """The path below the media folder, without the suffix and without folders that have no name.

    `facts` holds the values of the fields, as sites tell them.
    """
    *parts, name = template.removesuffix(ENDING).split("/")
    folders = [made for part in parts if (made := _rendered(part, facts))]
    stem = _rendered(name, facts) or UNTITLED
    return "/".join([*folder.split("/"), *folders, stem] if folder else [*folders, stem])


def episode(date: str, medium: str) -> tuple[int, int] | None:
    """Season and number of what has no numbers of its own: the year; month, day and two digits.

    The digits are of the medium, so that two of a day have two numbers.
    """
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", date):
        return None
    year, month, day = (int(part) for part in date.split("-"))
    return year, (month * 100 + day) * 100 + zlib.crc32(medium.encode()) % 100


def _rendered(part: str, facts: Mapping[str, str]) -> str:
    """One folder's or the file's name; the longest value gives way where it is too long."""
    values = {name: segment(facts.get(name) or "") for name in FIELD.findall(part)}
    if values.get("title") == "":
        values["title"] = UNTITLED
    while True:
        text = FIELD.sub(lambda found: values[found[1]], part)
        if not all(values.values()):  # what stood around an empty field means nothing
            text = EMPTY_BRACKETS.sub("", text).strip(SEPARATORS)
        made = segment(text, most=4 * NAME_BYTES)
        excess = len(made.encode()) - NAME_BYTES
        longest = max(values, key=lambda name: len(values[name].encode()), default=None)
        if excess <= 0 or longest is None:
            return made
        kept = max(0, len(values[longest].encode()) - excess)
        values[longest] = segment(values[longest], most=kept)


def _demand_below(text: str, what: str) -> None:
    if "\\" in text:
        raise WrongValueError(f"{what} has / between folders, not \\.", kind="path-backslash")
    if text.startswith("/") or re.match(r"[A-Za-z]:", text):
        raise WrongValueError(
            f"{what} begins below the media folder: leave out what stands before it.",
            kind="path-absolute",
        )
    if text.count("/") >= MAX_DEPTH:
        raise WrongValueError(
            f"There are more than {MAX_DEPTH} folders in one another.",
            kind="path-deep",
            most=MAX_DEPTH,
        )


def _demand_usable(part: str, what: str) -> None:
    """Raise when `part` is no name that every common file system takes."""
    if not part.strip():
        raise WrongValueError(f"A name {what} is empty.", kind="part-empty")
    if part.startswith("."):
        raise WrongValueError(
            f"The name {part!r} {what} begins with a dot, as hidden ones do.",
            kind="part-hidden",
            name=part,
        )
    if bad := FORBIDDEN.search(part):
        raise WrongValueError(
            f"The name {part!r} {what} holds {bad[0]!r}, which not every disk takes.",
            kind="part-sign",
            name=part,
            sign=bad[0],
        )
    if RESERVED.fullmatch(part):
        raise WrongValueError(
            f"Windows keeps the name {part!r} {what} for itself.", kind="part-reserved", name=part
        )
    if readable(part) != part.strip() or part != part.rstrip(" ."):
        raise WrongValueError(
            f"The name {part!r} {what} ends with a dot or holds invisible signs.",
            kind="part-end",
            name=part,
        )
    if len(part.encode()) > NAME_BYTES:
        raise WrongValueError(
            f"The name {part[:20]!r}… {what} is longer than {NAME_BYTES} bytes.",
            kind="part-long",
            name=part[:20],
            most=NAME_BYTES,
        )
