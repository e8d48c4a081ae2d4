"""What a process is given to see; what its user has set is never replaced."""

from pathlib import Path

import pytest

from scripts.guard.config import environment, settings


def seen(
    folder: Path, procfile: str, shell: dict[str, str], *, terminal: bool = False
) -> list[dict[str, str]]:
    (folder / "Procfile").write_text(procfile)
    config = settings.load(folder / "Procfile", (), shell, terminal=terminal)
    return [
        environment.of(config, service, 7 if service.held else None) for service in config.services
    ]


def test_every_service_is_told_where_every_other_is(tmp_path: Path) -> None:
    web, _ = seen(tmp_path, "web: x ${WEB_PORT:-3000}\napi: x ${API_PORT:-8000}\n", {})
    assert (web["PORT"], web["API_PORT"]) == ("3000", "8000")
    assert web["API_URL"] == "http://localhost:8000"


@pytest.mark.parametrize("name", ["DATABASE_URL", "PYTHONUNBUFFERED", "QUEUE_FD"])
def test_what_the_user_has_set_stays(tmp_path: Path, name: str) -> None:
    lines = "database: x $DATABASE_PORT\nqueue: x $QUEUE_PORT\nweb: x\n"
    for given in seen(tmp_path, lines, {name: "mine"}):
        assert given[name] == "mine"


def test_a_port_that_is_none_is_replaced_by_the_one_that_is_used(tmp_path: Path) -> None:
    (api,) = seen(tmp_path, "api: x ${API_PORT:-8000}\n", {"API_PORT": "tcp://10.0.0.11:8000"})
    assert api["API_PORT"] == "8000"


def test_only_a_line_that_takes_a_socket_is_given_one(tmp_path: Path) -> None:
    web, api = seen(tmp_path, "web: x $WEB_FD\napi: x\n", {"WEB_FD": "3"})
    assert web["WEB_FD"] == "7"
    assert "WEB_FD" not in api


@pytest.mark.parametrize(
    ("shell", "terminal", "expected"),
    [
        ({}, True, {}),  # it has a terminal of its own, and sees that
        ({"FORCE_COLOR": "0"}, True, {"FORCE_COLOR": "0"}),
        ({"CLICOLOR": "0"}, True, {"NO_COLOR": "1"}),
        ({"TERM": "dumb"}, True, {"NO_COLOR": "1"}),
        ({}, False, {"NO_COLOR": "1"}),
        ({"FORCE_COLOR": "1"}, False, {"FORCE_COLOR": "1"}),
        ({"FORCE_COLOR": "1"}, True, {"FORCE_COLOR": "1"}),
    ],
)
def test_colour_is_kept_off_where_it_is_not_wanted_and_forced_nowhere(
    tmp_path: Path, shell: dict[str, str], *, terminal: bool, expected: dict[str, str]
) -> None:
    (web,) = seen(tmp_path, "web: x\n", shell, terminal=terminal)
    assert {key: web[key] for key in ("FORCE_COLOR", "NO_COLOR") if key in web} == expected


@pytest.mark.parametrize(("terminal", "kept"), [(True, False), (False, True)])
def test_the_size_of_our_terminal_is_not_theirs(
    tmp_path: Path, *, terminal: bool, kept: bool
) -> None:
    (web,) = seen(tmp_path, "web: x\n", {"COLUMNS": "200", "LINES": "50"}, terminal=terminal)
    assert ("COLUMNS" in web, "LINES" in web) == (kept, kept)


LINES = "web: x ${WEB_PORT:-3000}\napi: x ${API_PORT:-8000}\n"


def read(folder: Path, procfile: str = LINES, **shell: str) -> settings.Settings:
    (folder / "Procfile").write_text(procfile)
    return settings.load(folder / "Procfile", (), shell, terminal=True)


def test_each_is_called_as_by_foreman_and_has_a_terminal_and_the_port_that_it_is_offered(
    tmp_path: Path,
) -> None:
    config = read(tmp_path, "web: x $WEB_PRELOAD\nworker: x\n", WEB_PRELOAD="no")
    web, worker = (environment.of(config, service, None) for service in config.services)
    assert (web["PS"], worker["HONCHO_PROCESS_NAME"]) == ("web.1", "worker.1")
    assert worker["TERM"] == "xterm-256color"
    assert (web["PORT"], worker["PORT"]) == ("5000", "5100")
    assert "WEB_PRELOAD" not in web


def test_a_command_beside_the_stack_has_no_port_of_its_own(tmp_path: Path) -> None:
    config = read(tmp_path)
    assert "PORT" not in environment.outside(config, None)
    assert environment.outside(config, config.services[1])["PORT"] == "8000"


@pytest.mark.parametrize(
    ("procfile", "shell", "concerned"),
    [
        (LINES, {}, []),
        (LINES.replace("x $", "y $", 1), {}, ["web"]),
        (LINES, {"WEB_PORT": "3001"}, ["web", "api"]),
        (LINES, {"SECRET": "other"}, ["web", "api"]),
        (LINES, {"WEB_STOP_SIGNAL": "INT"}, ["web"]),
        (LINES, {"API_WATCH": "src", "GUARD_GRACE_SECONDS": "9"}, []),
        (LINES + "db: x\n", {}, []),
        ("web: x ${WEB_PORT:-3000}\n", {}, ["api"]),
    ],
)
def test_a_change_concerns_whose_line_or_environment_is_another(
    tmp_path: Path, procfile: str, shell: dict[str, str], concerned: list[str]
) -> None:
    before, after = read(tmp_path), read(tmp_path, procfile, **shell)
    found = [name for name in ("web", "api") if environment.concerns(before, after, name) is True]
    assert found == concerned
    assert all(
        environment.concerns(before, after, name) is False
        for name in {"web", "api"} - set(concerned)
    )


def test_one_that_was_not_there_is_concerned(tmp_path: Path) -> None:
    assert environment.concerns(read(tmp_path, "web: x\n"), read(tmp_path), "api") is True
