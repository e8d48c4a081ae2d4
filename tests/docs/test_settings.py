"""`.env.example` is the list of settings: all that the code reads, and nothing else."""

import ast
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import honcho.environ
import pytest
from dotenv import dotenv_values

ROOT = Path(__file__).resolve().parents[2]
READERS = (
    ROOT / "scripts/guard/config/settings.py",
    ROOT / "scripts/guard/config/service.py",
    ROOT / "webapp/backend/settings.py",
)
SERVICES = ("WEB", "API")
SETTING = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")
LINE = re.compile(r"#? ?([A-Z][A-Z0-9_]*)=(\S*)\s+# (\S.*)")
# Set by the guard for its services, or read by every program alike: nobody sets them in .env.
GIVEN = {"WEB_FD", "API_FD", "WEB_URL", "API_URL", "GUARD_URL", "GUARD_TOKEN_FILE", "GUARD_RUN"}
GIVEN |= {"NO_COLOR", "FORCE_COLOR"}
GIVEN |= {"WEB_PRELOAD"}  # its line runs no Python


def listed() -> dict[str, str]:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    return {match[1]: match[3] for line in text.splitlines() if (match := LINE.fullmatch(line))}


def names(node: ast.expr) -> Iterator[str]:
    """The names that an expression stands for: a literal, or `f"{prefix}_PORT"` of each service."""
    match node:
        case ast.Constant(value=str(name)) if SETTING.fullmatch(name):
            yield name
        case ast.JoinedStr(values=[ast.FormattedValue(), ast.Constant(value=str(end))]):
            yield from (name for each in SERVICES if SETTING.fullmatch(name := each + end))


def read(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    return {name for call in calls for argument in call.args for name in names(argument)}


@pytest.mark.parametrize("path", READERS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_setting_that_is_read_is_listed(path: Path) -> None:
    assert read(path) - GIVEN <= set(listed())


def test_every_setting_that_is_listed_is_read() -> None:
    assert set(listed()) <= set().union(*map(read, READERS))


def test_every_line_of_the_example_is_a_setting_with_its_comment_or_a_remark() -> None:
    for line in (ROOT / ".env.example").read_text(encoding="utf-8").splitlines():
        is_remark = not line or re.match(r"# (?![A-Z0-9_]+=)", line)
        assert is_remark or LINE.fullmatch(line), line


def test_honcho_and_the_guard_read_the_example_alike() -> None:
    """Also where every default is taken into use."""
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    for example in (text, re.sub(r"^# ?(?=[A-Z0-9_]+=\S)", "", text, flags=re.MULTILINE)):
        assert dict(honcho.environ.parse(example)) == dotenv_values(stream=StringIO(example))


# `app.up` keeps the shell's variables as they were, for when `.env` is read again; `doctor` judges
# them even where they are no valid settings.
# What runs in the services' own interpreters takes on the environment of what it becomes.
READ_IT = {"scripts/guard": {"config/settings.py", "__main__.py", "app/up.py", "doctor/facts.py"}}
READ_IT["scripts/guard"] |= {
    f"preload/guard_agent/{name}.py" for name in ("becoming", "circumstances")
}
READ_IT |= {"webapp/backend": {"settings.py"}}


@pytest.mark.parametrize("folder", READ_IT)
def test_only_the_settings_read_the_environment(folder: str) -> None:
    readers = {
        path.relative_to(ROOT / folder).as_posix()
        for path in (ROOT / folder).rglob("*.py")
        if re.search(r"os\.(environ|getenv)", path.read_text(encoding="utf-8"))
    }
    assert readers <= READ_IT[folder]
