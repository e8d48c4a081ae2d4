import json

import pytest

from scripts.setup.node import ACCEPTED, FRONTEND, accepts


@pytest.mark.parametrize("version", ["v20.19.0", "v20.20.2", "v22.12.0", "v23.0.0", "v24.19.0\n"])
def test_a_node_that_vite_runs_on_is_accepted(version: str) -> None:
    assert accepts(version)


@pytest.mark.parametrize("version", ["v18.20.8", "v20.18.3", "v21.7.3", "v22.11.0", "", "20.19.0"])
def test_any_other_is_not(version: str) -> None:
    assert not accepts(version)


def test_the_versions_are_those_that_the_front_end_and_vite_state() -> None:
    package = json.loads((FRONTEND / "package.json").read_text(encoding="utf-8"))
    lock = json.loads((FRONTEND / "package-lock.json").read_text(encoding="utf-8"))
    vite = lock["packages"]["node_modules/vite"]
    assert package["engines"]["node"] == vite["engines"]["node"] == ACCEPTED
