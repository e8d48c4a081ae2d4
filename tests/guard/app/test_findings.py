"""What is found of services that run: each port belongs to who was last seen to listen there."""

from pathlib import Path

import pytest

from scripts.guard.app.findings import Findings, kept
from scripts.guard.config.current import CurrentConfig
from scripts.guard.config.service import Service
from scripts.guard.config.settings import Settings
from scripts.guard.core.protocol import Protocol

HERE = Path("/project")
LINES = (
    Service("web", "npm run dev"),
    Service("docs", "npm run docs"),
    Service("api", "x", port=8000),
)


@pytest.fixture
def current() -> CurrentConfig:
    return CurrentConfig(Settings(HERE, HERE / "Procfile", (), HERE / ".guard", LINES))


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def findings(current: CurrentConfig, said: list[str]) -> Findings:
    return Findings(current, announce=lambda: said.append("announced"), report=said.append)


def urls(current: CurrentConfig) -> dict[str, str | None]:
    return {service.name: service.url for service in current.get().services}


def test_servers_that_exchange_their_ports_are_shown_where_they_are(
    findings: Findings, current: CurrentConfig
) -> None:
    findings.listens("web", 5173, Protocol.HTTP)
    findings.listens("docs", 5174, Protocol.HTTP)
    findings.listens("docs", 5173, Protocol.HTTP)
    assert urls(current)["web"] is None
    findings.listens("web", 5174, Protocol.HTTP)
    assert urls(current) == {
        "web": "http://localhost:5174",
        "docs": "http://localhost:5173",
        "api": "http://localhost:8000",
    }


def test_a_port_that_a_line_states_is_nobody_elses(
    findings: Findings, current: CurrentConfig, said: list[str]
) -> None:
    findings.listens("web", 8000, Protocol.HTTP)
    assert urls(current)["web"] is None
    assert said == []


def test_a_port_is_told_once_and_again_when_it_has_moved(
    findings: Findings, said: list[str]
) -> None:
    findings.listens("web", 5173, None)
    findings.listens("web", 5173, Protocol.HTTP)
    findings.listens("web", 5173, Protocol.HTTP)
    findings.listens("web", 5175, Protocol.HTTP)
    assert [line for line in said if line != "announced"] == [
        "web listens on port 5173: http://localhost:5173",
        "web listens on port 5175: http://localhost:5175",
    ]


def test_the_url_of_tls_is_https(
    findings: Findings, current: CurrentConfig, said: list[str]
) -> None:
    findings.speaks("api", Protocol.TLS)
    assert urls(current)["api"] == "https://localhost:8000"
    assert said[0] == "api speaks TLS: https://localhost:8000"


def test_what_was_found_is_kept_for_a_line_that_has_not_changed(
    findings: Findings, current: CurrentConfig
) -> None:
    findings.listens("web", 5173, Protocol.TLS)
    findings.speaks("api", Protocol.OTHER)
    before = current.get()
    assert kept(LINES[0], before).url == "https://localhost:5173"
    assert kept(LINES[2], before).url == "tcp://localhost:8000"
    assert kept(LINES[0]._replace(command="other"), before).url is None
    assert kept(LINES[2]._replace(port=8001), before).speaks is None
