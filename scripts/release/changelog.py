"""The section of a version in CHANGELOG.md: everything that is unreleased becomes it."""

HEADING = "## Unreleased\n"


class ChangelogError(ValueError):
    """The changelog has nothing to release."""


def release(text: str, version: str, date: str) -> tuple[str, str]:
    """Give what is unreleased its version and `date` (ISO 8601).

    Returns the new text, with an empty section for what comes next, and the version's section
    without its heading. Raises `ChangelogError` where nothing is unreleased.
    """
    before, found, rest = text.partition(HEADING)
    section, next_heading, older = rest.partition("\n## ")
    if not found or not section.strip():
        raise ChangelogError(f"CHANGELOG.md has no bullet under {HEADING.strip()!r}")
    fresh = f"{before}{HEADING}\n## {version} - {date}\n{section}{next_heading}{older}"
    return fresh, section.strip()
