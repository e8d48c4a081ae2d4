"""Procfile, `.env` and shell -> settings; every problem told at once."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from scripts.guard.config import environment
from scripts.guard.config.procfile import variable
from scripts.guard.config.settings import LogFormat, RestartScope, Settings, load
from scripts.guard.core.errors import GuardError

LINES = """\
# what runs
web: cd site && WEB_FD=$WEB_FD exec vite --port ${WEB_PORT:-3000}
api: exec uvicorn main:app ${API_FD:+--fd $API_FD} --port ${API_PORT:-8000}

worker: exec celery
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "site").mkdir()
    (tmp_path / "Procfile").write_text(LINES)
    return tmp_path


def read(
    folder: Path, shell: Mapping[str, str] | None = None, *, terminal: bool = False
) -> Settings:
    return load(folder / "Procfile", shell=shell or {}, terminal=terminal)


def problems(folder: Path, shell: Mapping[str, str] | None = None) -> list[str]:
    with pytest.raises(GuardError) as caught:
        read(folder, shell)
    return caught.value.message.splitlines()


def test_a_line_states_its_own_port_and_whether_it_takes_a_socket(folder: Path) -> None:
    web, api, worker = read(folder).services
    assert (web.port, web.held, web.url) == (3000, True, "http://localhost:3000")
    assert (api.port, api.held, api.health) == (8000, True, "/")
    assert (worker.port, worker.held, worker.url) == (None, False, None)


def test_the_folder_a_line_changes_into_revives_it(folder: Path) -> None:
    web, api, _ = read(folder).services
    assert web.watch_when_down == (folder / "site",)
    assert api.watch_when_down == (folder.resolve(),)  # it runs beside the Procfile


def test_the_shell_beats_env_and_env_beats_the_default(folder: Path) -> None:
    (folder / ".env").write_text("WEB_PORT=4000\nAPI_PORT=4001\nGUARD_RELAUNCH=process\n")
    config = read(folder, {"API_PORT": "5001"})
    assert [service.port for service in config.services] == [4000, 5001, None]
    assert config.restart_scope is RestartScope.PROCESS
    assert config.guard_port == 9400
    assert config.log_format is LogFormat.TEXT


def test_an_empty_setting_is_the_default(folder: Path) -> None:
    assert read(folder, {"WEB_PORT": "", "GUARD_GRACE_SECONDS": " "}).grace == 5.0


def test_env_is_read_as_python_dotenv_reads_it(folder: Path) -> None:
    (folder / ".env").write_text(
        "\ufeffA=hello world\nB=foo#bar\nC=it's\nexport D=1\nE=\nF=${HOME}/x\nG=1 # one\n",
        encoding="utf-8",
    )
    config = read(folder, {"HOME": "/home/me"})
    wanted = {"A": "hello world", "B": "foo#bar", "C": "it's", "D": "1", "E": "", "G": "1"}
    assert {key: config.environment[key] for key in wanted} == wanted


def test_every_problem_of_every_file_is_told_in_one_message(folder: Path) -> None:
    (folder / "Procfile").write_text(LINES + "oh no\nweb: again\nWEB: twin\n")
    (folder / ".env").write_text("OK=1\n'\nGUARD_PORT=70000\n")
    found = problems(folder, {"GUARD_RELAUNCH": "maybe", "GUARD_PATIENCE_SECONDS": "soon"})
    assert found == [
        "Procfile:6: not of the form `name: command`: 'oh no'",
        "Procfile:7: `web` is already on line 2",
        "Procfile:8: `WEB` and `web` would share the variables WEB_PORT and WEB_URL; rename one",
        '.env:2: cannot be read: "\'" (quote the value)',
        "GUARD_RELAUNCH=maybe: must be `stack` or `process`",
        "GUARD_PATIENCE_SECONDS=soon: must be seconds, a number from 0 to 3600",
        "GUARD_PORT=70000: must be a port, a whole number from 1 to 65535",
    ]


@pytest.mark.parametrize("port", ["1", "65535"])
def test_the_first_and_the_last_port_are_ports(folder: Path, port: str) -> None:
    (folder / ".env").write_text(f"WEB_PORT={port}\n", encoding="utf-8")
    assert load(folder / "Procfile", shell={}).services[0].port == int(port)


@pytest.mark.parametrize("bad", ["high", "0", "65536", "-1", "3000.0", "\uff13000"])
def test_a_port_out_of_range_is_named(folder: Path, bad: str) -> None:
    (folder / ".env").write_text(f"WEB_PORT={bad}\n", encoding="utf-8")
    assert problems(folder) == [
        f"WEB_PORT={bad}: must be a port, a whole number from 1 to 65535, or `none`"
    ]


def test_two_services_cannot_share_a_port(folder: Path) -> None:
    assert problems(folder, {"API_PORT": "3000"}) == ["API_PORT=3000: is the same port as WEB_PORT"]
    assert problems(folder, {"API_PORT": "9400"}) == [
        "API_PORT=9400: is the same port as GUARD_PORT"
    ]


def test_a_watched_folder_must_exist(folder: Path) -> None:
    assert read(folder, {"WEB_WATCH": "site"}).services[0].watch == (folder / "site",)
    (folder / ".env").write_text("WEB_WATCH=nowhere\n")
    assert problems(folder) == [
        f"WEB_WATCH=nowhere: must name folders: there is no {folder / 'nowhere'}"
    ]


def test_a_watched_folder_is_named_as_the_watch_names_it(folder: Path) -> None:
    (folder / "link").symlink_to(folder / "site")
    assert read(folder, {"WEB_WATCH": "link"}).services[0].watch == (folder / "site",)


@pytest.mark.parametrize("bad", [".", "..", "site/.."])
def test_the_guard_has_a_folder_of_its_own(folder: Path, bad: str) -> None:
    state = {"GUARD_DIR": "", "HOME": "/home/me"}
    assert read(folder, state).directory.parent == Path("/home/me/.local/state/procguard")
    assert read(folder, {"GUARD_DIR": "~/state", "HOME": "/x"}).directory == Path.home() / "state"
    (found,) = problems(folder, {"GUARD_DIR": bad})
    assert found.startswith(f"GUARD_DIR={bad}: must be a folder of its own")


def test_a_line_that_takes_a_socket_or_names_its_port_is_offered_one(folder: Path) -> None:
    (folder / "Procfile").write_text("a: serve --fd $A_FD\nb: serve $B_PORT\nc: see $A_PORT\n")
    assert [service.port for service in read(folder).services] == [5000, 5100, None]


def test_a_port_that_there_cannot_be_is_named(folder: Path) -> None:
    (folder / "Procfile").write_text("a: serve $PORT\nb: serve $PORT\nc: ${C_PORT:-99999}\n")
    found = problems(folder, {"PORT": "65500"})
    assert [line.partition(",")[0] for line in found] == [
        "b: would have port 65600",
        "c: would have port 99999",
    ]


def test_a_line_called_release_is_meant_to_end_and_all_others_wait_for_it(folder: Path) -> None:
    (folder / "Procfile").write_text("web: x\nrelease: migrate\nseed: y\ndb: z\n")
    config = read(folder, {"SEED_ONCE": "yes", "WEB_AFTER": "db, seed"})
    assert {each.name: (each.once, each.after) for each in config.services} == {
        "web": (False, ("release", "db", "seed")),
        "release": (True, ()),
        "seed": (True, ("release",)),
        "db": (False, ("release",)),
    }


def test_lines_that_would_wait_for_ever_are_named(folder: Path) -> None:
    assert problems(folder, {"WEB_AFTER": "api", "API_AFTER": "web"}) == [
        "web and api would wait for each other for ever; change WEB_AFTER or API_AFTER"
    ]
    (folder / ".env").write_text("WEB_AFTER=nobody,web\n")
    assert problems(folder) == [
        "WEB_AFTER=nobody,web: must name other lines of the Procfile: there is no nobody and no web"
    ]


def test_a_line_may_be_called_guard(folder: Path) -> None:
    (folder / "Procfile").write_text("guard: bundle exec guard\n")
    config = read(folder, {"GUARD_PORT": "9500", "GUARD_LINE_PORT": "3500"})
    assert (config.guard_port, config.services[0].port) == (9500, 3500)


def test_a_variable_of_the_shell_that_only_looks_like_a_setting_is_ignored(folder: Path) -> None:
    config = read(
        folder,
        {"API_PORT": "tcp://10.0.0.11:8000", "WEB_WATCH": "true", "API_HEALTH": "up", "PORT": "x"},
    )
    api = config.find("api")
    assert api is not None
    assert (api.port, api.health, api.strict) == (8000, "/", False)
    assert [warning.partition(" ")[0] for warning in config.warnings] == [
        "PORT=x",
        "WEB_WATCH=true",
        "API_PORT=tcp://10.0.0.11:8000",
        "API_HEALTH=up",
    ]


def test_a_wrong_setting_of_a_service_in_a_file_is_an_error(folder: Path) -> None:
    (folder / ".env").write_text("API_PORT=tcp://10.0.0.11:8000\n")
    assert len(problems(folder)) == 1


def test_a_mark_at_the_beginning_of_a_procfile_is_no_part_of_a_name(folder: Path) -> None:
    (folder / "Procfile").write_text("web: serve\n", encoding="utf-8-sig")
    assert [service.name for service in read(folder).services] == ["web"]


def test_later_files_win_and_the_local_one_is_read_too(folder: Path) -> None:
    (folder / ".env").write_text("A=1\nB=1\nC=1\n")
    (folder / ".env.local").write_text("B=2\n")
    assert read(folder).environment == {"A": "1", "B": "2", "C": "1"}
    (folder / "other").write_text("C=3\n")
    named = load(folder / "Procfile", [folder / ".env", folder / "other"], {}, terminal=False)
    assert named.environment == {"A": "1", "B": "1", "C": "3"}
    assert named.files.keys() == {folder / "Procfile", folder / ".env", folder / "other"}


def test_a_named_env_file_must_be_there(folder: Path) -> None:
    with pytest.raises(GuardError, match=r"prod\.env: there is no such file"):
        load(folder / "Procfile", [folder / "prod.env"], {}, terminal=False)


@pytest.mark.parametrize("text", ["", "# nothing\n\n"])
def test_an_empty_procfile_is_said(folder: Path, text: str) -> None:
    (folder / "Procfile").write_text(text)
    assert problems(folder) == ["Procfile: names no process; a line is `name: command`"]


def test_a_missing_procfile_is_said(tmp_path: Path) -> None:
    (found,) = problems(tmp_path)
    assert found.startswith(f"{tmp_path / 'Procfile'}: there is no such Procfile")


def test_a_procfile_that_is_no_text_is_said(folder: Path) -> None:
    (folder / "Procfile").write_bytes(b"web: \xff\xfe\n")
    (found,) = problems(folder)
    assert "cannot be read" in found


def test_a_line_with_a_nul_character_is_named_and_the_lines_after_it_are_read(
    folder: Path,
) -> None:
    (folder / "Procfile").write_text("web: a\0b\nnonsense\n")
    nul, other = problems(folder)
    assert nul.endswith("Procfile:1: holds a NUL character; save the file as UTF-8 text")
    assert other.endswith("Procfile:2: not of the form `name: command`: 'nonsense'")


def test_lines_that_ask_for_port_and_have_none_get_honchos(tmp_path: Path) -> None:
    (tmp_path / "Procfile").write_text("a: serve $PORT\nb: serve -p ${PORT}\nc: work\n")
    assert [service.port for service in read(tmp_path).services] == [5000, 5100, None]


def test_every_process_learns_where_every_service_is(folder: Path) -> None:
    config = read(folder, {"MINE": "1", "WEB_FD": "99"})
    given = environment.of(config, config.services[1], 7)
    wanted = {
        "MINE": "1",
        "PORT": "8000",
        "API_FD": "7",
        "API_PORT": "8000",
        "API_URL": "http://localhost:8000",
        "WEB_PORT": "3000",
        "WEB_URL": "http://localhost:3000",
        "GUARD_URL": "http://localhost:9400",
        "GUARD_TOKEN_FILE": str(config.token_file),
        "PYTHONUNBUFFERED": "1",
        "NO_COLOR": "1",
    }
    assert {key: given.get(key) for key in wanted} == wanted
    assert "WEB_FD" not in given
    assert "WORKER_PORT" not in given


def test_colour_is_forced_on_nobody(folder: Path) -> None:
    config = read(folder, terminal=True)
    assert config.colour
    assert "FORCE_COLOR" not in environment.of(config, config.services[0], None)
    assert not read(folder, {"NO_COLOR": "1"}, terminal=True).colour


def test_names_become_variables() -> None:
    assert variable("my-api_2") == "MY_API_2"


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("GUARD_PATIENCE_SECONDS", ["0", "0.5", "3600"], ["-0.1", "3600.1", "nan", "soon"]),
        ("GUARD_NOTIFY", ["0", "1", "yes", "No"], ["2", "maybe"]),
        ("GUARD_DIR", [".own", "deep/.guard"], [".", "..", "/"]),
    ],
)
def test_a_setting_takes_what_it_says_and_nothing_else(
    folder: Path, name: str, good: list[str], bad: list[str]
) -> None:
    for raw in good:
        read(folder, {name: raw})
    for raw in bad:
        (problem,) = problems(folder, {name: raw})
        assert problem.startswith(f"{name}={raw}: must be ")


def test_what_is_set_is_what_is_read(folder: Path) -> None:
    (folder / ".env").write_text("WEB_HEALTH=/a?b\n")
    shell = {"GUARD_PATIENCE_SECONDS": "3600", "GUARD_DIR": "deep/.guard", "GUARD_NOTIFY": "yes"}
    config = read(folder, shell)
    assert (config.patience, config.directory) == (3600, folder / "deep/.guard")
    assert config.notify
    assert config.services[0].health == "/a?b"
    assert not read(folder, {"GUARD_NOTIFY": "no"}).notify
    (folder / ".env").write_text("WEB_HEALTH=a\n")
    assert problems(folder) == ["WEB_HEALTH=a: must be a path that begins with a slash"]
