"""The files for a public host are what its schemas want, and name versions that are supported."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.setup.node import accepts
from tests.schemas import Validated

ROOT = Path(__file__).resolve().parents[2]
GITHUB = ROOT / ".github"
SCHEMAS = {
    "vendor.github-workflows": "workflows/*.yml",
    "custom.github-workflows-require-timeout": "workflows/*.yml",
    "vendor.github-issue-forms": "ISSUE_TEMPLATE/[!c]*.yml",
    "vendor.github-issue-config": "ISSUE_TEMPLATE/config.yml",
    "vendor.dependabot": "dependabot.yml",
}


def matrix() -> dict[str, Any]:
    workflow = yaml.safe_load((GITHUB / "workflows/check.yml").read_text(encoding="utf-8"))
    found: dict[str, Any] = workflow["jobs"]["check"]["strategy"]["matrix"]
    return found


@pytest.mark.parametrize("schema", SCHEMAS)
def test_they_are_valid(schema: str, validated: Validated) -> None:
    files = sorted(GITHUB.glob(SCHEMAS[schema]))
    assert files
    done = validated(schema, *files)
    assert done.exit_code == 0, done.output


def test_the_schema_would_notice_a_mistake(tmp_path: Path, validated: Validated) -> None:
    broken = tmp_path / "check.yml"
    text = (GITHUB / "workflows/check.yml").read_text(encoding="utf-8")
    broken.write_text(text.replace("runs-on:", "run-on:"), encoding="utf-8")
    assert validated("vendor.github-workflows", broken).exit_code == 1


def test_every_file_there_has_its_schema_or_is_prose() -> None:
    held = {path for pattern in SCHEMAS.values() for path in GITHUB.glob(pattern)}
    files = {path for path in GITHUB.rglob("*") if path.is_file()}
    assert {path.name for path in files - held} == {"PULL_REQUEST_TEMPLATE.md"}


def test_the_oldest_and_newest_versions_run_what_the_clone_runs() -> None:
    versions = matrix()["versions"]
    oldest = tuple(int(part) for part in versions[0]["python"].split("."))
    required = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'requires-python = ">={oldest[0]}.{oldest[1]}"' in required
    assert all(accepts(f"v{each['node']}.0.0") for each in versions)
    engines = json.loads((ROOT / "webapp/frontend/package.json").read_text())["engines"]["node"]
    assert engines.startswith(f"^{versions[0]['node']}.")
    assert ".ci/run" in (GITHUB / "workflows/check.yml").read_text(encoding="utf-8")
    assert {os.partition("-")[0] for os in matrix()["os"]} == {"ubuntu", "macos"}


def test_labels_of_issue_forms_and_targets_in_them_exist() -> None:
    targets = (ROOT / "Makefile").read_text(encoding="utf-8")
    for path in GITHUB.rglob("*.yml"):
        for line in path.read_text(encoding="utf-8").split("`make ")[1:]:
            assert f"\n{line.split('`')[0].split()[0]}:" in targets, path
