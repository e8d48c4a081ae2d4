"""What changed settings ask of the services that are known."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from scripts.guard.config.service import Service
from scripts.guard.config.settings import Settings
from scripts.guard.core import events, phases
from scripts.guard.supervision.changes import changes
from scripts.guard.supervision.managed import Managed

WEB, API = Service("web", "run web"), Service("api", "run api")
HERE = Path("/nowhere")
NOW = datetime(2026, 1, 2, tzinfo=UTC)


def config(*lines: Service) -> Settings:
    return Settings(HERE, HERE / "Procfile", (HERE / ".env",), HERE / ".guard", lines)


def known(*lines: Service) -> dict[str, Managed]:
    return {line.name: Managed(line, 5.0, NOW) for line in lines}


def asked(services: dict[str, Managed], *after: Service) -> list[tuple[str, events.Event]]:
    old = config(*(each.line for each in services.values()))
    return [(each.name, each.event) for each in changes(services, old, config(*after))]


def test_nothing_is_asked_where_nothing_changed() -> None:
    assert asked(known(WEB, API), WEB, API) == []


def test_a_deleted_line_is_stopped_before_a_new_one_is_started() -> None:
    assert asked(known(WEB), API) == [("web", events.Stop()), ("api", events.Start())]


def test_a_line_that_is_back_is_started_and_one_that_is_leaving_is_not_asked_twice() -> None:
    leaving = known(WEB, API)
    leaving["web"].removed = True
    assert asked(leaving, API) == []
    assert asked(leaving, WEB, API) == [("web", events.Start())]


def test_a_new_line_is_not_started_where_only_others_were_named() -> None:
    old, new = config(WEB), config(WEB, API._replace(left_out=True))
    (change,) = changes(known(WEB), old, new)
    assert change.event == events.Stop()
    assert "api is new in Procfile; to start it: " in change.sentence


def test_a_changed_line_concerns_its_service_alone() -> None:
    changed = WEB._replace(command="run web --fast")
    assert asked(known(WEB, API), changed, API) == [("web", events.Saved(reload=True))]


def test_what_has_finished_is_run_again_for_its_own_line_alone() -> None:
    services = known(WEB)
    services["web"].service = replace(services["web"].service, phase=phases.Finished())
    old = config(WEB)
    other = old._replace(environment={"A": "2"})
    assert list(changes(services, old, other)) == []
    assert asked(services, WEB._replace(command="run other")) == [
        ("web", events.Saved(reload=True))
    ]


def test_a_line_that_is_back_has_the_grace_of_today() -> None:
    managed = Managed(WEB, 5.0, NOW)
    managed.removed = True
    managed.follow(WEB._replace(once=True), 9.0)
    assert (managed.service.grace, managed.service.once) == (9.0, True)
