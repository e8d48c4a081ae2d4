"""Each promise of docs/containers.md is kept by the files, and would be missed if it were not."""

import copy
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.containers.images import COMPOSE_FILES, ROOT, SECRETS, overlaid
from tests.containers.promises import PROMISES, Document

PRODUCTION = ROOT / "docker-compose.yml"
KEPT = [
    pytest.param(name, compose, id=f"{name} ({compose.name})")
    for name, promise in PROMISES.items()
    for compose in [*COMPOSE_FILES, SECRETS]
    if compose in {PRODUCTION, SECRETS} or not promise.production_only
]


def document(compose: Path = PRODUCTION) -> Document:
    """What a file says, for a test to change as it likes."""
    return copy.deepcopy(_read(compose))


@cache
def _read(compose: Path) -> Document:
    if compose == SECRETS:  # by itself it is no stack
        return overlaid(PRODUCTION, SECRETS)
    loaded: Document = yaml.safe_load(compose.read_text(encoding="utf-8"))
    return loaded


@pytest.mark.parametrize(("name", "compose"), KEPT)
def test_is_kept(name: str, compose: Path) -> None:
    assert list(PROMISES[name].broken_by(document(compose))) == []


@pytest.mark.parametrize("name", PROMISES)
def test_is_made(name: str) -> None:
    words = " ".join((ROOT / "docs/containers.md").read_text(encoding="utf-8").split())
    assert PROMISES[name].sentence in words


Break = Callable[[dict[str, Any]], object]
BREAKS: list[tuple[str, str, Break]] = [
    ("loopback", "on every address", lambda s: s["frontend"].update(ports=["3000:3000"])),
    ("loopback", "on 0.0.0.0", lambda s: s["frontend"].update(ports=["0.0.0.0:3000:3000"])),
    ("loopback", "the backend too", lambda s: s["backend"].update(ports=["8000:8000"])),
    ("page", "no port", lambda s: s["frontend"].pop("ports")),
    ("only the page", "database", lambda s: s["database"].update(ports=["127.0.0.1:5432:5432"])),
    ("only the page", "backend", lambda s: s["backend"].update(ports=["127.0.0.1:8000:8000"])),
    ("nothing of the host", "network", lambda s: s["backend"].update(network_mode="host")),
    ("nothing of the host", "processes", lambda s: s["backend"].update(pid="host")),
    ("nothing of the host", "privileged", lambda s: s["frontend"].update(privileged=True)),
    ("nothing of the host", "a capability", lambda s: s["database"].update(cap_add=["NET_ADMIN"])),
    (
        "nothing of the host",
        "the engine",
        lambda s: s["backend"]["volumes"].append("/var/run/docker.sock:/var/run/docker.sock"),
    ),
    *(
        ("hardened", f"{service} without {key}", lambda s, n=service, k=key: s[n].pop(k))
        for service in ("frontend", "backend", "database")
        for key in ("read_only", "cap_drop", "security_opt")
    ),
    ("hardened", "some capabilities", lambda s: s["backend"].update(cap_drop=["NET_RAW"])),
    ("limits", "memory", lambda s: s["backend"].pop("mem_limit")),
    ("limits", "log", lambda s: s["database"].pop("logging")),
    ("limits", "one log for ever", lambda s: s["frontend"]["logging"]["options"].pop("max-size")),
    ("two networks", "shared", lambda s: s["frontend"]["networks"].append("store")),
    ("two networks", "the usual one", lambda s: [each.pop("networks") for each in s.values()]),
    ("two networks", "a way out", lambda s: s["database"].update(networks=["web"])),
    ("health", "no check", lambda s: s["frontend"].pop("healthcheck")),
    (
        "health",
        "alive only",
        lambda s: s["backend"]["healthcheck"].update(test=["CMD", "curl", "http://x/health"]),
    ),
    (
        "database",
        "by its socket file",
        lambda s: s["database"]["healthcheck"]["test"].remove("--host=127.0.0.1"),
    ),
    ("restart", "never", lambda s: s["backend"].pop("restart")),
    ("two backends", "one", lambda s: s["backend"].pop("deploy")),
    ("two backends", "not replicated", lambda s: s["backend"]["deploy"].pop("mode")),
    ("kept", "no volume", lambda s: s["backend"].pop("volumes")),
    (
        "kept",
        "an anonymous one",
        lambda s: s["database"].update(volumes=["/var/lib/postgresql/data"]),
    ),
]


@pytest.mark.parametrize(
    ("name", "breaking"),
    [pytest.param(name, breaking, id=f"{name}: {what}") for name, what, breaking in BREAKS],
)
def test_is_missed(name: str, breaking: Break) -> None:
    broken = document()
    breaking(broken["services"])
    assert list(PROMISES[name].broken_by(broken)) != []


def test_what_the_secrets_file_would_loosen_is_missed(tmp_path: Path) -> None:
    secrets = yaml.safe_load(SECRETS.read_text(encoding="utf-8"))
    secrets["services"]["backend"]["read_only"] = False
    secrets["services"]["database"]["ports"] = ["127.0.0.1:5432:5432"]
    loose = tmp_path / SECRETS.name
    loose.write_text(yaml.safe_dump(secrets), encoding="utf-8")
    broken = overlaid(PRODUCTION, loose)
    assert list(PROMISES["hardened"].broken_by(broken)) == ["backend: read_only is False"]
    assert list(PROMISES["only the page"].broken_by(broken)) != []
    assert list(PROMISES["two networks"].broken_by(broken)) == []


def test_a_network_that_leads_outside_is_missed() -> None:
    broken = document()
    broken["networks"]["store"] = None
    assert list(PROMISES["two networks"].broken_by(broken)) != []


def test_every_promise_has_been_broken() -> None:
    assert {name for name, _, _ in BREAKS} == set(PROMISES)
