"""`python -m scripts.release VERSION`: version, changelog, commit, tag, and what is handed out.

Nothing is pushed. Every reason against it is told at once, before anything is changed.
"""

import datetime as dt
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from scripts.release import build, changelog, version

ROOT = Path(__file__).resolve().parents[2]
USAGE = "usage: make release v=1.2.3\n"


def main(words: list[str], root: Path = ROOT) -> int:
    """Release one version. Returns 0, 1 with the reasons against it, 2 with the usage."""
    if len(words) != 1:
        sys.stderr.write(USAGE)
        return 2
    (wanted,) = words
    if problems := list(_problems(root, wanted)):
        listed = "".join(f"  - {problem}\n" for problem in problems)
        sys.stderr.write(f"{wanted} is not released:\n{listed}")
        return 1
    notes = _commit(root, wanted)
    _git(root, "tag", "--annotate", f"v{wanted}", "--message", f"{wanted}\n\n{notes}")
    made = [build.archive(root, f"v{wanted}"), *build.wheel(root)]
    files = [str(path.relative_to(root)) for path in made]
    images = [shlex.join(command) for command in build.image_commands(wanted)]
    publish = [
        f"git push origin HEAD v{wanted}",
        # Where the startup guide sends people for the archive.
        shlex.join(["gh", "release", "create", f"v{wanted}", "--notes-from-tag", *files]),
    ]
    steps = "".join(f"  {line}\n" for line in [*images, *publish])
    sys.stdout.writelines(f"{file}\n" for file in files)
    sys.stdout.write(f"v{wanted} is committed and tagged here. To build its images, and publish:\n")
    sys.stdout.write(steps)
    return 0


def _problems(root: Path, wanted: str) -> Iterator[str]:
    """Whatever speaks against the release, with what to do about it."""
    try:
        now = version.current(root)
        if version.parse(wanted) < version.parse(now):
            yield f"the project is at {now} already: choose a newer version"
    except version.VersionError as error:
        yield str(error)
    if _git(root, "status", "--porcelain"):
        yield "there are changes that are not committed: commit or stash them"
    if _git(root, "tag", "--list", f"v{wanted}"):
        yield f"the tag v{wanted} exists already: choose another version"
    try:
        changelog.release((root / "CHANGELOG.md").read_text(encoding="utf-8"), wanted, "")
    except changelog.ChangelogError as error:
        yield f"{error}: write what has changed for users"


def _commit(root: Path, wanted: str) -> str:
    """Commit the version and its section of the changelog. Returns the section."""
    path = root / "CHANGELOG.md"
    today = dt.datetime.now(tz=dt.UTC).date().isoformat()
    text, notes = changelog.release(path.read_text(encoding="utf-8"), wanted, today)
    path.write_text(text, encoding="utf-8")
    changed = version.write(root, wanted)
    _git(root, "add", str(path), *map(str, changed))
    _git(root, "commit", "--quiet", "--message", f"Release {wanted}")
    return notes


def _git(root: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=True)
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
