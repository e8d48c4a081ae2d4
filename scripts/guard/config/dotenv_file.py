"""`.env` -> variables, as python-dotenv reads it."""

from __future__ import annotations

from pathlib import Path


def read(path: Path, problems: list[str]) -> dict[str, str]:
    """Return what a file sets, {} if there is none; lines that cannot be read go to `problems`."""
    if not path.exists():
        return {}
    from dotenv.main import resolve_variables
    from dotenv.parser import parse_stream

    try:
        with path.open(encoding="utf-8-sig") as stream:
            bindings = list(parse_stream(stream))
    except (OSError, UnicodeDecodeError) as error:
        problems.append(f"{path}: cannot be read ({error})")
        return {}
    problems += [
        f"{path.name}:{binding.original.line}: cannot be read: "
        f"{binding.original.string.strip()!r} (quote the value)"
        for binding in bindings
        if binding.error
    ]
    pairs = [(binding.key, binding.value) for binding in bindings if binding.key is not None]
    resolved = resolve_variables(pairs, override=False)
    return {key: value for key, value in resolved.items() if value is not None}
