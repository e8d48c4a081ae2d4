"""Which lines are started, and how often: `up web`, `-m web=2,worker=0`."""

from pathlib import Path

import pytest

from scripts.guard.config import environment
from scripts.guard.config.selection import Selection, formation
from scripts.guard.config.service import selected
from scripts.guard.config.settings import Settings, load
from scripts.guard.core.errors import GuardError

LINES = """\
web: serve $PORT
api: serve --port ${API_PORT:-8000} ${API_FD:+--fd $API_FD}
db: serve $DB_PORT
worker: work
release: migrate
"""


def read(folder: Path, selection: Selection, **shell: str) -> Settings:
    (folder / "Procfile").write_text(LINES)
    return load(folder / "Procfile", shell=shell, selection=selection, terminal=False)


def started(config: Settings) -> list[str]:
    return [service.name for service in config.services if not service.left_out]


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (Selection(), ["web", "api", "db", "worker", "release"]),
        (Selection(("worker", "web")), ["web", "worker"]),
        (Selection((), {"web": 0}), ["api", "db", "worker", "release"]),
        (Selection((), {"all": 0, "db": 1}), ["db"]),
        (Selection((), {"web": 2, "all": 0}), ["web.1", "web.2"]),
        (Selection(("api", "web"), {"api": 0}), ["web"]),
        (Selection(("api",)), ["api", "db"]),  # it is started after db
        (Selection(("api",), {"db": 0}), ["api"]),
        (Selection(("release",)), ["release"]),
        (Selection(("web",), {}, "worker"), ["web", "worker"]),
        (Selection((), {"all": 0}, "api"), ["api"]),
    ],
)
def test_what_is_started(tmp_path: Path, selection: Selection, expected: list[str]) -> None:
    assert started(read(tmp_path, selection, API_AFTER="db")) == expected


def test_instances_have_ports_beside_each_other_and_their_line_s_settings(tmp_path: Path) -> None:
    config = read(tmp_path, Selection((), {"web": 3, "api": 2}), API_AFTER="web", WEB_HEALTH="/up")
    web = [service for service in config.services if service.line == "web"]
    assert [service.name for service in web] == ["web.1", "web.2", "web.3"]
    assert [service.port for service in web] == [5000, 5001, 5002]
    assert {service.health for service in web} == {"/up"}
    second = config.services[4]
    assert (second.name, second.port, second.held) == ("api.2", 8001, True)
    assert second.after == ("release", "web.1", "web.2", "web.3")


def test_an_instance_sees_its_own_port_and_the_others_the_first(tmp_path: Path) -> None:
    config = read(tmp_path, Selection((), {"api": 2}))
    (_, _, second, db, *_) = config.services
    own = environment.of(config, second, 7)
    assert (own["PORT"], own["API_PORT"], own["API_FD"]) == ("8001", "8001", "7")
    assert own["API_URL"] == "http://localhost:8001"
    seen = environment.of(config, db, None)
    assert (seen["API_PORT"], seen["API_URL"]) == ("8000", "http://localhost:8000")


def test_instances_whose_ports_meet_another_line_s_are_told(tmp_path: Path) -> None:
    with pytest.raises(GuardError, match="DB_PORT=8001: is the same port as API_PORT"):
        read(tmp_path, Selection((), {"api": 2}), DB_PORT="8001")
    with pytest.raises(GuardError, match=r"web\.2: would have port 65536"):
        read(tmp_path, Selection((), {"web": 2}), WEB_PORT="65535")


def test_the_line_that_the_stack_ends_with_runs_once_and_alone(tmp_path: Path) -> None:
    config = read(tmp_path, Selection((), {"worker": 3}, "worker"))
    worker = config.services[3]
    assert (worker.name, worker.once, worker.ends_stack) == ("worker", True, True)
    assert not config.services[0].ends_stack


def test_a_line_that_is_brought_in_brings_what_it_is_started_after(tmp_path: Path) -> None:
    config = read(tmp_path, Selection(("web",), {"worker": 0}), API_AFTER="db")
    api = selected(config.services, config.selection.including("api"))
    assert started(config._replace(services=api)) == ["web", "api", "db"]
    worker = config.selection.including("worker")
    assert started(config._replace(services=selected(config.services, worker))) == ["web", "worker"]


def test_what_is_brought_in_runs_once_and_is_named_once() -> None:
    assert Selection((), {"web": 0}).including("web").count("web") == 1
    assert Selection((), {"web": 3}).including("web").count("web") == 3
    assert Selection().including("web").names == ()  # all of them, as before
    assert Selection(("web",)).including("web").names == ("web",)


@pytest.mark.parametrize(
    "selection",
    [
        Selection(("web", "nope")),
        Selection((), {"nope": 2}),
        Selection(("nope",)),
        Selection((), {}, "nope"),
    ],
)
def test_a_name_that_there_is_not_is_an_error_that_lists_those_there_are(
    selection: Selection,
) -> None:
    with pytest.raises(GuardError, match=r"no line 'nope'; it has: web, api$"):
        selection.require_known(["web", "api"], "Procfile")


def test_a_selection_of_nothing_is_an_error() -> None:
    with pytest.raises(GuardError, match="nothing would be started"):
        Selection(("web",), {"web": 0}).require_known(["web", "api"], "Procfile")


@pytest.mark.parametrize(
    ("selection", "lines"),
    [
        (Selection(), ["web"]),
        (Selection(), ["web", "api"]),
        (Selection((), {"web": 0}), ["web", "api"]),
        (Selection((), {"all": 0}, "api"), ["web", "api"]),
    ],
)
def test_a_selection_of_one_line_is_enough(selection: Selection, lines: list[str]) -> None:
    selection.require_known(lines, "Procfile")


def test_a_line_runs_less_than_a_hundred_times() -> None:
    assert dict(formation("web=99, api=0")) == {"web": 99, "api": 0}
    for wrong in ("web=100", "web", "=2", "web=x", "web=-1", "web=\N{SUPERSCRIPT TWO}"):
        with pytest.raises(ValueError, match="is not of the form web=2, with a number below 100"):
            dict(formation(wrong))
