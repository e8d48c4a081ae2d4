"""Which modules are mutated, and which tests must notice: pure ones, whose tests take a moment.

Of `PACKAGES` that is each which asks the system for nothing and has a test file of its own name:
`tests/mutants/test_modules.py` demands it. Others are here because their tests are as quick.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from scripts.mutants.operators import mutants

GUARD, BACKEND = Path("scripts/guard"), Path("webapp/backend")
PACKAGES = {
    **{
        f"scripts/guard/{name}": f"tests/guard/{name}"
        for name in ("config", "core", "logs", "supervision", "terminal", "watching")
    },
    "webapp/backend/domain": "tests/backend/domain",
}
"""Those that decide, with the folders of their tests."""


class Module(NamedTuple):
    """A module and its tests, from the project's root."""

    file: Path
    tests: tuple[str, ...]

    @property
    def name(self) -> str:
        """What it is imported as."""
        inside = self.file.relative_to(BACKEND) if self.file.is_relative_to(BACKEND) else self.file
        return ".".join(inside.with_suffix("").parts)


def _of(folder: Path, tests: str, modules: dict[str, str]) -> Iterable[Module]:
    for file, names in modules.items():
        places = (
            name if name.startswith("tests/") else f"{tests}/{name}" for name in names.split()
        )
        yield Module(folder / f"{file}.py", tuple(places))


MODULES: tuple[Module, ...] = (
    *_of(
        GUARD,
        "tests/guard",
        {
            "core/state_machine": "core/test_state_machine.py tests/docs/test_defaults.py",
            "config/parsing": "config/test_settings.py",
            "config/procfile": "config/test_settings.py config/test_dotenv_file.py",
            "config/environment": "config/test_environment.py",
            "config/dotenv_file": "config/test_dotenv_file.py",
            "config/selection": "config/test_selection.py",
            "config/colour": "config/test_colour.py",
            "core/hints": "core/test_hints.py",
            "core/work": "core/test_work.py",
            "core/unready": "core/test_unready.py",
            "logs/cleared_screen": "logs/test_cleared_screen.py",
            "logs/display_width": "logs/test_display_width.py",
            "logs/levels": "logs/test_levels.py",
            "logs/stamp": "logs/test_stamp.py",
            "logs/line_splitter": "logs/test_line_splitter.py",
            "logs/ring_buffer": "logs/test_ring_buffer.py",
            "supervision/changes": "supervision/test_changes.py",
            "supervision/messages": "supervision/test_messages.py",
            "terminal/keyboard": "terminal/test_keyboard.py",
            "terminal/private_modes": "terminal/test_private_modes.py",
            "watching/burst": "watching/test_burst.py",
            "watching/churn": "watching/test_churn.py",
            "pages/template": "pages/test_template.py",
        },
    ),
    *_of(
        BACKEND,
        "tests/backend",
        {
            "settings": "test_settings.py tests/docs/test_defaults.py",
            "domain/failures": "domain/test_failures.py",
            "domain/lengths": "domain/test_lengths.py",
            "domain/names": "domain/test_names.py",
            "domain/naming": "domain/test_naming.py",
            "domain/notices": "domain/test_notices.py",
            "domain/podcast": "domain/test_podcast.py",
            "domain/schedule": "domain/test_schedule.py",
            "domain/texts": "domain/test_texts.py",
            "domain/webhooks": "domain/test_webhooks.py",
            "net/egress": "net/test_egress.py",
            "runner/read_size": "runner/test_read_size.py",
        },
    ),
)


def counts(root: Path) -> dict[Path, int]:
    """Return how many mutants each module has as it stands below the project's root."""
    return {
        module.file: len(mutants((root / module.file).read_text(encoding="utf-8")))
        for module in MODULES
    }
