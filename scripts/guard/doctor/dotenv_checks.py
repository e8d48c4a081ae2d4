"""Whether `.env` says the same to everyone who reads it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from ..core import hints
from . import Check, Problem
from .facts import Facts

SHOWN = 5  # lines named in one message


def checks(facts: Facts) -> Iterator[Check]:
    """Yield the checks of the settings' files."""
    first = facts.env_files[0]
    yield Check(f"{first.name} is there", partial(_is_there, first))
    for file in filter(Path.is_file, facts.env_files):  # what is read from a named pipe is gone
        yield Check(f"{file.name} says the same to bare honcho", partial(_read_alike, file))


def _is_there(path: Path) -> Problem | None:
    example = path.with_name(".env.example")
    if path.exists() or not example.exists():
        return None
    return Problem(
        f"{path} is missing: every setting has its default", f"cp {example.name} {path.name}"
    )


def _read_alike(path: Path) -> Problem | None:
    different = list(differences(path))
    if not different:
        return None
    lines = [f"  line {number}: {why}" for number, why in different[:SHOWN]]
    if len(different) > SHOWN:
        lines.append(f"  and {len(different) - SHOWN} more")
    return Problem(
        f"{path.name} has lines that bare honcho reads otherwise than the guard and the app:\n"
        + "\n".join(lines),
        'write them as NAME=value or NAME="value", with no quote, $, { or backslash in the value; '
        f"or start with `{hints.start()}`, which is not concerned",
    )


def differences(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the number of every line that honcho and python-dotenv read differently, and how.

    Raises `OSError` or `UnicodeDecodeError` where the file cannot be read.
    """
    from dotenv.main import resolve_variables
    from dotenv.parser import parse_stream

    raw = path.read_text(encoding="utf-8")
    with path.open(encoding="utf-8-sig") as stream:
        bindings = [binding for binding in parse_stream(stream) if binding.key is not None]
    resolved = resolve_variables([(b.key, b.value) for b in bindings if b.key], override=False)
    lines = raw.split("\n")
    for position, binding in enumerate(bindings):
        # The text as honcho sees it: with the mark that some editors put before the first line.
        original = binding.original.string
        blank = original[: len(original) - len(original.lstrip())].count("\n")
        number = binding.original.line + blank
        count = original.strip().count("\n") + 1
        text = "\n".join(lines[number - 1 : number - 1 + count])
        last = not any(later.key == binding.key for later in bindings[position + 1 :])
        ours = resolved.get(str(binding.key)) if last else binding.value
        why = _difference(str(binding.key), ours, text)
        if why:
            yield number, why


def _difference(key: str, ours: str | None, text: str) -> str | None:
    from honcho import environ

    try:
        parsed: dict[str, str] = environ.parse(text)
    except ValueError as error:
        return f"{key} makes honcho fail ({error})"
    if key not in parsed:
        return f"{key} is not set by honcho" if ours is not None else None
    theirs = parsed[key]
    return None if theirs == ours else f"{key} is {theirs!r} to honcho, {ours!r} to the app"
