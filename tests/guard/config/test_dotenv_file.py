"""`.env` is read as python-dotenv reads it, where honcho would read something else."""

import inspect
import os
import resource
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from dotenv import dotenv_values

from scripts.guard.config import dotenv_file, procfile, settings

LINES = [
    "A=hello world", "A=foo#bar", "A=foo # bar", "A=it's", "export A=1", "A=", "A", "A=${HOME}/x",
    "A='${HOME}/x'", "A=${MISSING:-default}", "A=$HOME", 'A="two\nlines"', "A='two\nlines'",
    'A="a # b"', "A=\"it's\"", "A = spaced", " A=indented", "A=1\nA=2", "A=${B}\nB=1",
    "B=1\nA=${B}", "\ufeffA=1", "A=1\r", "# A=1\nA=2", "A='quo\\'ted'", 'A="quo\\"ted"',
    "A=ünïcödé", "A=a=b", "A=\tx\t", 'A=""', "A=''", "A=`x`", "A=$(whoami)", "A=a\\nb",
    "a.b=1\nA=1", "A=x\n\n\nB=y", "A=http://localhost:3000/?a=b&c=d",
]  # fmt: skip


@pytest.mark.fault(row="F20")
@pytest.mark.parametrize("line", LINES)
def test_a_line_means_what_python_dotenv_says(tmp_path: Path, line: str) -> None:
    (tmp_path / "Procfile").write_text("web: true\n")
    env = tmp_path / ".env"
    env.write_text(f"{line}\n", encoding="utf-8")
    shell = {"HOME": os.environ["HOME"]}
    loaded = settings.load(tmp_path / "Procfile", [env], shell)
    expected = dotenv_values(env, encoding="utf-8-sig")
    assert loaded.environment == {
        **{key: value for key, value in expected.items() if value is not None},
        **shell,
    }


@pytest.mark.fault(row="F20")
def test_the_shell_comes_before_the_file(tmp_path: Path) -> None:
    (tmp_path / "Procfile").write_text("web: true\n")
    (tmp_path / ".env").write_text("A=file\nB=file\n")
    loaded = settings.load(tmp_path / "Procfile", (), {"A": "shell"})
    assert loaded.environment == {"A": "shell", "B": "file"}


@contextmanager
def writer(pipe: Path, *parts: bytes) -> Iterator[None]:
    """Somebody who writes to a pipe once somebody reads from it, as secret stores do."""

    def write() -> None:
        with pipe.open("wb", buffering=0) as stream:
            for part in parts:
                stream.write(part)

    thread = threading.Thread(target=write)
    thread.start()
    yield
    thread.join()


def test_a_named_pipe_is_read_to_the_end_of_what_one_writer_says(tmp_path: Path) -> None:
    (tmp_path / "Procfile").write_text("web: true\n")
    os.mkfifo(tmp_path / ".env")
    with writer(tmp_path / ".env", b"A=1\n", b"B=2\n"):
        loaded = settings.load(tmp_path / "Procfile", (), {})
    assert loaded.environment == {"A": "1", "B": "2"}
    assert tmp_path / ".env" not in loaded.files


def test_a_named_pipe_is_read_however_many_files_are_open(tmp_path: Path) -> None:
    """The guard may have as many as its limit says: clients of a service that is down."""
    os.mkfifo(tmp_path / ".env")
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (2048, limits[1]))
    others = [os.open(os.devnull, os.O_RDONLY) for _ in range(1024)]
    try:
        with writer(tmp_path / ".env", b"A=1\n"):
            problems: list[str] = []
            assert dotenv_file.read(tmp_path / ".env", problems) == {"A": "1"}
            assert problems == []
    finally:
        for descriptor in others:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


def test_a_pipe_that_nobody_writes_to_is_a_problem_and_holds_up_nothing(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / ".env")
    problems: list[str] = []
    assert dotenv_file.read(tmp_path / ".env", problems, pipe_seconds=0.05) == {}
    (problem,) = problems
    assert "is a named pipe, and nobody wrote to it within 0.05 s" in problem


def test_a_pipe_is_left_to_whoever_runs_the_stack(tmp_path: Path) -> None:
    (tmp_path / "Procfile").write_text("web: true\n")
    os.mkfifo(tmp_path / ".env")
    assert settings.load(tmp_path / "Procfile", (), {}, pipes=False).environment == {}


def test_a_procfile_may_be_a_pipe_which_is_read_once_and_never_for_ever(tmp_path: Path) -> None:
    path, problems = tmp_path / "Procfile", list[str]()
    os.mkfifo(path)
    with writer(path, b"web: true\r\n", b"api: false\n"):
        assert procfile.read(path, problems) == {"web": "true", "api": "false"}
    assert problems == []
    assert procfile.read(path, problems, pipe_seconds=0.05) == {}
    assert procfile.read(path, problems, pipe_seconds=0) == {}
    assert problems == [
        f"{path}: is a named pipe, and nobody wrote to it within 0.05 s",
        f"{path}: is a named pipe, which is read when the stack is started",
    ]


@pytest.mark.parametrize("content", [b"\xff", b"A=" + b"x" * dotenv_file.MAX_BYTES])
def test_what_is_no_text_or_far_too_large_is_a_problem(tmp_path: Path, content: bytes) -> None:
    (tmp_path / ".env").write_bytes(content)
    problems: list[str] = []
    assert dotenv_file.read(tmp_path / ".env", problems) == {}
    assert len(problems) == 1


def test_what_the_shell_has_is_what_a_reference_means(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLACE", "shell")
    (tmp_path / ".env").write_text("PLACE=file\nOTHER=file\nA=${PLACE}\nB=${OTHER}\n")
    found = dotenv_file.read(tmp_path / ".env", [])
    assert (found["A"], found["B"]) == ("shell", "file")


def test_a_folder_called_env_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / ".env").mkdir()
    problems: list[str] = []
    assert dotenv_file.read(tmp_path / ".env", problems) == {}
    assert len(problems) == 1


def test_a_file_may_have_a_megabyte_and_no_byte_more(tmp_path: Path) -> None:
    file, problems = tmp_path / ".env", list[str]()
    for size, is_read in ((2**20, True), (2**20 + 1, False)):
        file.write_bytes(b"A=1\n#" + b"x" * (size - 5))
        assert bool(dotenv_file.read(file, problems)) is is_read
    assert problems == [f"{file}: cannot be read (it is larger than 1024 kB)"]


def test_a_pipe_may_give_a_megabyte_and_no_byte_more(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / ".env")
    for size, is_read in ((2**20, True), (2**20 + 1, False)):
        problems: list[str] = []
        with writer(tmp_path / ".env", b"A=1\n#" + b"x" * (size - 5)):
            assert bool(dotenv_file.read(tmp_path / ".env", problems)) is is_read
        assert bool(problems) is not is_read


def test_who_opens_a_pipe_and_says_nothing_is_not_the_last_to_do_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is looked at again soon: not at once, and not at the end of the time."""
    path, empty, slept = tmp_path / ".env", list[int](), list[float]()
    os.mkfifo(path)
    read, sleep = os.read, time.sleep
    come_again = threading.Event()

    def reading(descriptor: int, size: int) -> bytes:
        if not empty:
            empty.append(descriptor)
            raise BlockingIOError  # another was quicker
        if not (chunk := read(descriptor, size)):
            empty.append(descriptor)
        if len(empty) > 3:
            come_again.set()
        return chunk

    def sleeping(seconds: float) -> None:
        slept.append(seconds)
        sleep(seconds)

    def write() -> None:
        path.open("wb").close()
        come_again.wait(60)
        path.write_text("A=1\n")

    thread = threading.Thread(target=write)
    thread.start()
    monkeypatch.setattr(os, "read", reading)
    monkeypatch.setattr(time, "sleep", sleeping)
    assert dotenv_file.read(path, [], pipe_seconds=60) == {"A": "1"}
    thread.join()
    assert len(slept) >= len(empty) - 2 >= 2  # the first was made up; the last is the end
    assert all(0 < seconds <= 0.02 for seconds in slept)


def test_the_last_second_is_waited_for_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "monotonic", lambda: 0.0)  # it stands, so that nothing is too late
    os.mkfifo(tmp_path / ".env")
    with writer(tmp_path / ".env", b"A=1\n"):
        assert dotenv_file.read(tmp_path / ".env", [], pipe_seconds=1) == {"A": "1"}


@pytest.mark.parametrize("size", [99, 100])
def test_who_writes_and_does_not_end_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(dotenv_file, "MAX_BYTES", 100)
    os.mkfifo(tmp_path / ".env")
    held = os.open(tmp_path / ".env", os.O_RDWR)  # a writer that stays
    try:
        os.write(held, b"A=1\n#" + b"x" * (size - 5))
        problems: list[str] = []
        assert dotenv_file.read(tmp_path / ".env", problems, pipe_seconds=0.05) == {}
    finally:
        os.close(held)
    assert "nobody wrote to it within 0.05 s" in problems[0]


def descriptors() -> list[str]:
    return sorted(path.name for path in Path("/dev/fd").iterdir())


def test_reading_leaves_no_descriptor_open(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("A=1\n")
    before = descriptors()
    assert dotenv_file.read(tmp_path / ".env", []) == {"A": "1"}
    assert dotenv_file.read(tmp_path / "none", []) == {}
    assert descriptors() == before


def test_only_a_named_pipe_is_one(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").touch()
    names = ("pipe", "file", "none")
    assert [dotenv_file.is_pipe(tmp_path / name) for name in names] == [True, False, False]


def test_a_pipe_is_waited_for_as_long_as_its_program_takes(tmp_path: Path) -> None:
    """A program that wants a password first: the default is five seconds, or what is asked for."""
    os.mkfifo(tmp_path / ".env")

    def later() -> None:
        time.sleep(0.2)
        (tmp_path / ".env").write_text("A=1\n")

    thread = threading.Thread(target=later)
    thread.start()
    assert dotenv_file.read(tmp_path / ".env", []) == {"A": "1"}
    thread.join()
    problems: list[str] = []
    assert dotenv_file.read(tmp_path / ".env", problems, pipe_seconds=0.01) == {}
    assert inspect.signature(dotenv_file.read).parameters["pipe_seconds"].default == 5


@pytest.mark.parametrize("name", [".env", "Procfile"])
def test_a_character_that_no_variable_and_no_shell_takes_is_told_with_its_line(
    tmp_path: Path, name: str
) -> None:
    path, problems = tmp_path / name, list[str]()
    path.write_bytes(b"a: b\nc: d\0\n" if name == "Procfile" else b"A=b\nC=d\0\n")
    read = procfile.read if name == "Procfile" else dotenv_file.read
    assert read(path, problems) == {}
    assert problems == [f"{name}:2: holds a NUL character; save the file as UTF-8 text"]
