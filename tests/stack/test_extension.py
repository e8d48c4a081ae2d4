"""What the architecture says that an addition costs: each is made in a copy, and works there."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.backend.api_process import Api
from tests.media_source import make_media, serve_media
from tests.stack.conftest import Guarded
from tests.stack.harness import ROOT, ask

ROW = re.compile(r"^\| (an? [^|]+?) \| (\d+) \|", re.MULTILINE)
FILES = {
    what: int(files)
    for what, files in ROW.findall((ROOT / "docs/architecture.md").read_text(encoding="utf-8"))
}
NEW = ""
"""Stands for the text of a file that is not there yet."""
Edits = Mapping[str, Mapping[str, str]]
"""By file: what is put in front of what."""

CAUSE: Edits = {
    "scripts/guard/diagnosis/rules/limits.py": {
        '    Rule(\n        "disk-full",': """\
    Rule(
        "no-licence",
        r"all (?P<seats>\\d+) licences are in use",
        "{name} found all {seats} licences in use.",
        "Close it elsewhere, then: {restart}",
    ),
"""
    }
}
ROUTE: Edits = {
    "scripts/guard/api/routes.py": {
        '            case "GET", ["api", "history"]:': """\
            case "GET", ["api", "names"]:
                names = [view.name for view in self._snapshot().services]
                return messages.as_json({"names": names})
"""
    }
}
SETTING: Edits = {
    ".env.example": {"# GUARD_NOTIFY=": "# GUARD_MOTTO=  # what the guard says at its start\n"},
    "scripts/guard/config/settings.py": {
        "    polling: bool | None = None": '    motto: str = ""\n',
        "        polling=_polling(": '        motto=given.take("GUARD_MOTTO", "", str),\n',
    },
    "scripts/guard/app/up.py": {
        "        for orphan in removed:": "        log.report(config.motto)\n"
    },
}
COMMAND: Edits = {
    "scripts/guard/cli/folder.py": {
        NEW: """\
from pathlib import Path


def folder(procfile: Path) -> int:
    print(f"it is in {procfile.absolute().parent}")
    return 0
"""
    },
    "scripts/guard/cli/parser.py": {
        "    return parser\n": """\
    folder = commands.add_parser("folder", parents=[common], help="where the Procfile is")
    folder.set_defaults(run=_folder)
""",
        "def _status(": """\
def _folder(options: SimpleNamespace) -> int:
    from . import folder

    return folder.folder(options.procfile)


""",
    },
}
FOLLOWER: Edits = {
    "scripts/guard/app/counting.py": {
        NEW: """\
from collections.abc import Callable

from ..core.snapshot import Snapshot


class Counting:
    def __init__(self, report: Callable[[str], None]) -> None:
        self._report = report

    def on_change(self, snapshot: Snapshot) -> None:
        self._report(f"there are {len(snapshot.services)} of them")
"""
    },
    "scripts/guard/app/followers.py": {
        "from .deferred import": "from .counting import Counting\n",
        "        shutdown,\n    )": "        Counting(log.report),\n",
    },
}
FORMAT: Edits = {
    "webapp/backend/domain/formats.py": {
        '        Format("mp3",': '        Format("mov", "video", "video/quicktime", "mov/mkv"),\n'
    }
}
OF_THE_GUARD = {
    "a cause of a crash": CAUSE,
    "a control route": ROUTE,
    "a setting of the guard": SETTING,
    "a command": COMMAND,
    "a part that follows the states of the services": FOLLOWER,
}
ADDITIONS = OF_THE_GUARD | {"a download format": FORMAT}


def add(edits: Edits, copy: Path) -> None:
    for name, changes in edits.items():
        file = copy / name
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        for before, added in changes.items():
            assert text.count(before) == 1 or (before, text) == (NEW, ""), (name, before)
            text = text.replace(before, added + before)
        file.write_text(text, encoding="utf-8")


def test_the_table_names_what_is_added_here() -> None:
    assert FILES.keys() == ADDITIONS.keys()


@pytest.mark.parametrize("what", ADDITIONS)
def test_it_costs_as_many_files_as_the_table_says(what: str) -> None:
    assert len(ADDITIONS[what]) == FILES[what]


def test_what_is_added_to_a_copy_of_the_guard_works_there(guarded: Guarded, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(ROOT / "scripts/guard", copy / "scripts/guard")
    shutil.copy(ROOT / "scripts/__init__.py", copy / "scripts")
    shutil.copy(ROOT / ".env.example", copy)
    for edits in OF_THE_GUARD.values():
        add(edits, copy)
    guard = guarded(
        "web: echo all 12 licences are in use; exit 1",
        started=False,
        GUARD_MOTTO="Festina lente",
        PYTHONPATH=str(copy),
    )
    guard.code = copy
    guard.start()

    cause = guard.await_state("web", "BROKEN")["cause"]
    assert (cause["kind"], cause["sentence"]) == (
        "no-licence",
        "web found all 12 licences in use.",
    )
    assert ask(guard.ports["guard"], "/api/names").json() == {"names": ["web"]}
    guard.await_output("Festina lente")
    guard.await_output("there are 1 of them")
    assert guard.run("folder").stdout == f"it is in {guard.procfile.parent}\n"


def test_what_is_added_to_a_copy_of_the_backend_works_there(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "webapp/backend", tmp_path / "copy/webapp/backend")
    add(FORMAT, tmp_path / "copy")
    folder = make_media(tmp_path / "media", seconds=1)
    api = Api(tmp_path)
    api.code = tmp_path / "copy/webapp/backend"
    try:
        with serve_media(folder) as media:
            api.start()
            item = api.add(media.short, format="mov")
            done = api.wait(item, "done", "failed")
            assert done["file"]["name"].endswith(".mov"), done
            assert api.bytes_of(item)[4:12] == b"ftypqt  "
    finally:
        api.close()
