"""The merged log, with real writers on real terminals and real readers of the output."""

import contextlib
import fcntl
import json
import os
import pty
import re
import resource
import select
import struct
import subprocess
import sys
import termios
import threading
import time
import tty
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from scripts.guard.logs import prefix
from scripts.guard.logs.display import PARTIAL_LINE_SECONDS
from scripts.guard.logs.display_width import display_width
from scripts.guard.logs.log import Log
from tests.conftest import SmallDisk
from tests.stack.harness import until

DEADLINE = 60.0
PREFIX = re.compile(r"\d\d:\d\d:\d\d (\w+) *\| (.*)")


class Reader:
    """The reading end of a pipe or terminal that a log prints to."""

    def __init__(self, descriptor: int, output: int) -> None:
        self.descriptor = descriptor
        self.output = output
        self.data = b""

    def read(self, seconds: float) -> bool:
        """Read once, waiting that long; False when there was nothing to read, or never will be."""
        if not select.select([self.descriptor], [], [], seconds)[0]:
            return False
        try:
            chunk = os.read(self.descriptor, 1 << 16)
        except OSError:  # the terminal's other end is closed
            return False
        self.data += chunk
        return bool(chunk)

    def until(self, met: Callable[[str], object]) -> str:
        """Read on until what was read meets the condition; answer it."""
        deadline = time.monotonic() + DEADLINE
        while not met(self.text):
            assert time.monotonic() < deadline, f"never came; read: {self.text[-2000:]!r}"
            self.read(0.05)
        return self.text

    def rest(self) -> str:
        """Read to the end; the log must be closed."""
        while self.read(0.2):
            pass
        return self.text

    @property
    def text(self) -> str:
        return self.data.decode()

    def lines(self, name: str) -> list[str]:
        """What was printed of one process, without the prefixes."""
        found = [PREFIX.fullmatch(line) for line in self.rest().split("\n")[:-1]]
        return [match[2] for match in found if match and match[1] == name]


@pytest.fixture
def reader() -> Iterator[Reader]:
    reading, writing = os.pipe()
    yield Reader(reading, writing)
    os.close(reading)
    with contextlib.suppress(OSError):
        os.close(writing)


@pytest.fixture
def screen() -> Iterator[Reader]:
    """A terminal of 80 columns as the output."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    yield Reader(master, slave)
    os.close(master)
    os.close(slave)


Starter = Callable[..., Log]


@pytest.fixture
def start() -> Iterator[Starter]:
    """A function that starts a log; it is closed at the end."""
    logs: list[Log] = []

    def start(
        output: int,
        *,
        directory: Path | None = None,
        colour: bool = False,
        as_json: bool = False,
        time: bool = True,
        prefix: bool = True,
    ) -> Log:
        log = Log(
            ["web", "api"],
            directory=directory,
            output=output,
            colour=colour,
            as_json=as_json,
            time=time,
            prefix=prefix,
        )
        logs.append(log)
        log.start()
        return log

    yield start
    for log in logs:
        log.close()


class Writer:
    """The terminal of a process of which the test plays the part."""

    def __init__(self, log: Log, name: str, *, raw: bool = True) -> None:
        self.log, self.name = log, name
        master, self.slave = pty.openpty()
        if raw:
            tty.setraw(self.slave)
        log.attach(name, master)

    def write(self, data: bytes) -> None:
        os.write(self.slave, data)

    def leave(self) -> None:
        os.close(self.slave)
        assert self.log.drained(self.name, DEADLINE)


def run(log: Log, name: str, code: str, *, raw: bool = True) -> "subprocess.Popen[bytes]":
    """Start a Python program on a terminal of its own that the log reads."""
    master, slave = pty.openpty()
    if raw:
        tty.setraw(slave)
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=slave, stdout=slave, stderr=slave
    )
    log.attach(name, master)
    os.close(slave)
    return process


def test_lines_of_all_processes_are_printed_as_honcho_prints_them(
    reader: Reader, start: Starter
) -> None:
    log = start(reader.output)
    web, api = Writer(log, "web"), Writer(log, "api", raw=False)

    web.write(b"hello\nworld\n")
    web.leave()
    api.write(b"I listen\n")
    api.leave()
    log.report("all is well")
    log.close()

    assert [re.sub(r"^\d\d:\d\d:\d\d", "TIME", line) for line in reader.rest().split("\n")] == [
        "TIME web   | hello",
        "TIME web   | world",
        "TIME api   | I listen",
        "TIME guard | all is well",
        "",
    ]


def test_whose_lines_are_shown_changes_where_it_is_said(reader: Reader, start: Starter) -> None:
    log = start(reader.output)
    has_one, goes_on = threading.Event(), threading.Event()

    def stop(*_: object) -> None:
        has_one.set()
        goes_on.wait(DEADLINE)

    log.follow(stop)
    web = Writer(log, "web")
    log.report("here")
    assert has_one.wait(DEADLINE)
    log.show_only("api", "only api")  # while it is busy, so that all is there at once
    log.show_only(None, "all again")
    web.write(b"hello\n")
    goes_on.set()
    web.leave()
    log.close()
    said = [line.partition("| ")[2] for line in reader.rest().splitlines()]
    assert said == ["here", "only api", "all again", "hello"]


def test_prefixes_are_coloured_as_honcho_colours_them(reader: Reader, start: Starter) -> None:
    log = start(reader.output, colour=True)
    for name in ("web", "api"):
        writer = Writer(log, name)
        writer.write(b"\x1b[31mred\nred again\n")
        writer.leave()
    log.close()

    found = re.sub(r"\d\d:\d\d:\d\d", "TIME", reader.rest())
    assert found == "".join(
        f"\x1b[0m\x1b[{colour}mTIME {name}   | \x1b[0m\x1b[31m{text}\x1b[0m\n"
        for name, colour in (("web", "36"), ("api", "33"))
        for text in ("red", "red again")
    )


@pytest.mark.parametrize("colour", [False, True])
@pytest.mark.parametrize(
    ("time", "prefix", "begins"), [(False, True, "web   | "), (True, False, ""), (False, False, "")]
)
def test_a_line_begins_with_less_where_less_was_asked_for(
    reader: Reader, start: Starter, *, colour: bool, time: bool, prefix: bool, begins: str
) -> None:
    log = start(reader.output, colour=colour, time=time, prefix=prefix)
    writer = Writer(log, "web")
    writer.write(b" one\n\ntw")
    reader.until(lambda text: "tw" in text)
    writer.write(b"o\n")
    writer.leave()
    log.close()
    shown = re.sub(r"\x1b\[\d*m", "", reader.rest())
    assert shown == f"{begins} one\n{begins}\n{begins}two\n"


def test_without_colour_the_processes_own_colours_go_too(reader: Reader, start: Starter) -> None:
    log = start(reader.output, colour=False)
    writer = Writer(log, "web")
    writer.write(b"\x1b[31mred\x1b[0m\n")
    writer.leave()

    assert log.tail("web") == ["\x1b[31mred\x1b[0m"]
    log.close()
    assert reader.lines("web") == ["red"]


def test_a_half_line_is_shown_and_then_goes_on_where_it_stood(
    reader: Reader, start: Starter
) -> None:
    log = start(reader.output)
    writer = Writer(log, "web")

    writer.write(b"Overwrite? ")
    reader.until(lambda text: text.endswith("web   | Overwrite? "))
    assert log.tail("web") == ["Overwrite? "]
    writer.write(b"yes\n")
    writer.leave()
    log.close()

    assert reader.lines("web") == ["Overwrite? yes"]


def test_a_half_line_that_another_line_comes_after_is_printed_whole_later(
    reader: Reader, start: Starter
) -> None:
    log = start(reader.output)
    web, api = Writer(log, "web"), Writer(log, "api")

    web.write(b"half")
    reader.until(lambda text: text.endswith("half"))
    api.write(b"between\n")
    reader.until(lambda text: text.endswith("between\n"))
    web.write(b" and half\n")
    web.leave()
    api.leave()
    log.close()

    assert reader.lines("web") == ["half…", "half and half"]
    assert reader.lines("api") == ["between"]


def test_a_line_that_a_flood_was_interrupted_in_is_not_taken_for_a_half_line(
    reader: Reader, start: Starter
) -> None:
    log = start(reader.output)
    web, api = Writer(log, "web"), Writer(log, "api")

    for _ in range(31):
        web.write(b"x" * 99 + b"\n")
    web.write(b"interrupted")
    assert log.drained("web", DEADLINE)
    api.write(b"Overwrite? ")  # is due after the other
    reader.until(lambda text: text.endswith("Overwrite? "))
    api.write(b"no\n")
    api.leave()
    web.write(b" and resumed\n")
    web.leave()
    log.close()

    assert reader.lines("web") == ["x" * 99] * 31 + ["interrupted and resumed"]
    assert reader.lines("api") == ["Overwrite? no"]


def test_on_a_screen_a_half_line_stays_below_the_lines_of_others(
    screen: Reader, start: Starter
) -> None:
    log = start(screen.output)
    web, api = Writer(log, "web"), Writer(log, "api")

    web.write(b"10%")
    screen.until(lambda text: text.endswith("web   | 10%"))
    web.write(b"\r20%")
    screen.until(lambda text: re.search(r"\r\x1b\[K[\d:]{8} web   \| 20%$", text))
    api.write(b"between\n")
    screen.until(lambda text: re.search(r"\r\x1b\[K.*api   \| between\n.*web   \| 20%$", text))
    web.write(b"\rdone\n")
    screen.until(lambda text: re.search(r"20%\r\x1b\[K[\d:]{8} web   \| done\n$", text))


def test_a_line_begun_before_death_is_kept(reader: Reader, start: Starter, tmp_path: Path) -> None:
    log = start(reader.output, directory=tmp_path)
    writer = Writer(log, "api")
    writer.write(b"last words")
    writer.leave()

    assert log.tail("api") == ["last words"]
    log.close()
    assert reader.lines("api") == ["last words"]
    assert (tmp_path / "api.log").read_text().endswith(" last words\n")


def test_what_a_dead_process_wrote_is_read_although_its_child_keeps_the_terminal(
    reader: Reader, start: Starter
) -> None:
    log = start(reader.output)
    process = run(
        log,
        "api",
        "import os, subprocess, sys\n"
        "subprocess.Popen([sys.executable, '-c', 'import sys; sys.stdin.readline()'])\n"
        "for n in range(20_000): print('line', n)\n"
        "print('dying')\n"
        "sys.stdout.flush()\n"
        "os._exit(1)\n",
    )
    [child] = wait_for(lambda: psutil.Process(process.pid).children())
    process.wait()

    assert log.drained("api", DEADLINE)
    assert log.tail("api", 1) == ["dying"]
    child.kill()
    psutil.wait_procs([child])


def wait_for(find: Callable[[], list[psutil.Process]]) -> list[psutil.Process]:
    deadline = time.monotonic() + DEADLINE
    while not (found := find()):
        assert time.monotonic() < deadline
    return found


@pytest.mark.fault(row="F18")
@pytest.mark.parametrize("raw", [True, False], ids=["raw", "cooked"])
def test_no_line_of_a_flood_is_lost_torn_or_doubled(
    reader: Reader, start: Starter, tmp_path: Path, *, raw: bool
) -> None:
    count = 100_000  # of each of the two: 200,000 lines at once
    output = os.open(tmp_path / "merged", os.O_WRONLY | os.O_CREAT)
    log = start(output, directory=tmp_path)
    # One writes as programs do, a line at a time; the other as fast as the terminal takes it, so
    # that lines are cut anywhere. Each line costs a system call, and a flood is made of these.
    printed = f"for n in range({count}): print(f'{{n:06}}', 'x' * 92)"
    poured = (
        f"import os; text = ''.join(f'{{n:06}} {'x' * 92}\\n' for n in range({count})).encode()\n"
        "while text: text = text[os.write(1, text[:65536]):]"
    )
    floods = {"web": poured, "api": poured if raw else printed}
    processes = [run(log, name, flood, raw=raw) for name, flood in floods.items()]
    for process in processes:
        assert process.wait() == 0
    assert log.drained("web", DEADLINE)
    assert log.drained("api", DEADLINE)
    log.close()
    os.close(output)

    expected = [f"{n:06} {'x' * 92}" for n in range(count)]
    lines: dict[str, list[str]] = {"web": [], "api": []}
    for line in (tmp_path / "merged").read_text().split("\n")[:-1]:
        match = PREFIX.fullmatch(line)
        assert match
        lines[match[1]].append(match[2])
    assert lines["web"] == expected
    assert lines["api"] == expected
    assert reader.text == ""


@pytest.mark.fault(row="F18")
def test_one_process_flood_does_not_hold_up_anothers_lines(reader: Reader, start: Starter) -> None:
    log = start(reader.output)
    flood = run(log, "web", "while True: print('x' * 100)")
    reader.until(lambda text: "xxx" in text)
    api = Writer(log, "api")

    # The flood never ends: were its lines taken first, this one would never come.
    api.write(b"I am heard\n")
    reader.until(lambda text: "api   | I am heard\n" in text)

    flood.kill()
    flood.wait()
    reading_on = True
    while reading_on:
        reading_on = reader.read(0.2)


@pytest.mark.fault(row="F18")
def test_memory_stays_bounded_by_a_line_without_end(start: Starter, tmp_path: Path) -> None:
    output = os.open(os.devnull, os.O_WRONLY)
    log = start(output, directory=tmp_path)
    process = run(log, "api", "import sys\nfor _ in range(1000): sys.stdout.write('x' * 100_000)")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    process.wait()
    assert log.drained("api", DEADLINE)

    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # KiB, of 100 MB
    assert sum(map(len, log.tail("api"))) < 1_000_000
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) < 16_000_000
    os.close(output)


def test_a_stopped_terminal_never_stops_the_processes(
    reader: Reader, start: Starter, tmp_path: Path
) -> None:
    log = start(reader.output, directory=tmp_path)
    process = run(log, "api", "for n in range(50_000): print(f'{n:06}', 'x' * 92)")

    assert process.wait(DEADLINE) == 0  # although nobody reads the output
    assert log.drained("api", DEADLINE)
    text = reader.until(lambda text: "not shown" in text)
    web = Writer(log, "web")
    web.write(b"seen again\n")
    web.leave()
    log.close()

    notice = re.search(r"guard \| ([\d,]+) lines of api not shown, see (.*)\n", text)
    assert notice
    assert notice[2] == str(tmp_path / "api.log")
    shown = reader.lines("api")
    assert shown == [f"{n:06} {'x' * 92}" for n in range(len(shown))]
    assert len(shown) + int(notice[1].replace(",", "")) == 50_000
    assert reader.lines("web") == ["seen again"]


def test_a_closed_output_leaves_the_files(start: Starter, tmp_path: Path) -> None:
    reading, writing = os.pipe()
    log = start(writing, directory=tmp_path)
    os.close(writing)
    os.close(reading)
    writer = Writer(log, "api")
    for number in range(3):
        writer.write(b"line %d\n" % number)
        assert log.drained("api", DEADLINE)
    writer.leave()
    log.close()

    lines = (tmp_path / "api.log").read_text().splitlines()
    assert [line[21:] for line in lines] == ["line 0", "line 1", "line 2"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ ", lines[0][:21])


def test_what_fails_where_a_line_is_taken_keeps_it_from_nobody_else(
    reader: Reader, start: Starter, tmp_path: Path
) -> None:
    """Every log would be silent for ever, and every process stop at its full terminal."""

    def fail(*_: object) -> None:
        raise ValueError("nobody thought of that")

    log = start(reader.output, directory=tmp_path)
    seen: list[bytes] = []
    for sink in (fail, seen.append):
        log.tap("web", sink)
    log.follow(fail)
    writer = Writer(log, "web")
    for number in range(3):
        writer.write(b"line %d\n" % number)
        assert log.drained("web", DEADLINE)
    writer.leave()
    log.close()

    lines = ["line 0", "line 1", "line 2"]
    assert reader.lines("web") == lines == b"".join(seen).decode().splitlines()
    assert [line[21:] for line in (tmp_path / "web.log").read_text().splitlines()] == lines
    told = [line.partition("running): ")[2] for line in reader.lines("guard")]
    because = "ValueError('nobody thought of that')"
    assert told == [f"who is attached: {because}", f"who follows the log: {because}"]


def test_a_log_that_cannot_do_what_it_is_asked_for_goes_on(reader: Reader, start: Starter) -> None:
    log = start(reader.output)
    stop = log.tap("api", print)
    stop()
    stop()  # it is not there any more
    writer = Writer(log, "api")
    writer.write(b"heard\n")
    writer.leave()
    log.close()
    assert reader.lines("api") == ["heard"]


def test_a_folder_that_cannot_be_written_is_told_once(
    reader: Reader, start: Starter, tmp_path: Path
) -> None:
    (tmp_path / "logs").write_text("a file where the folder should be")
    log = start(reader.output, directory=tmp_path / "logs")
    for name in ("web", "api", "web"):
        writer = Writer(log, name)
        writer.write(b"goes on\n")
        writer.leave()
    log.close()

    [warning] = reader.lines("guard")
    assert "web.log cannot be written" in warning
    assert reader.lines("web") == ["goes on", "goes on"]
    assert reader.lines("api") == ["goes on"]


def test_for_machines_each_line_is_one_json_object(reader: Reader, start: Starter) -> None:
    log = start(reader.output, as_json=True)
    writer = Writer(log, "web")
    writer.write('\x1b[31m"red"\x1b[0m\u2028\xff\n'.encode("latin-1", "ignore") + b"half")
    writer.leave()
    log.close()

    objects = [json.loads(line) for line in reader.rest().splitlines()]
    assert [(o["name"], o["line"]) for o in objects] == [("web", '"red"\ufffd'), ("web", "half")]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z", o["time"]) for o in objects)


def test_an_attached_client_gets_the_bytes_as_they_are(reader: Reader, start: Starter) -> None:
    log = start(reader.output)
    writer = Writer(log, "api")
    seen: list[bytes] = []
    stop = log.tap("api", seen.append)

    writer.write(b"\x1b[2J(Pdb) \r")
    assert log.drained("api", DEADLINE)
    stop()
    assert log.drained("api", DEADLINE)
    writer.write(b"unseen\n")
    writer.leave()

    assert b"".join(seen) == b"\x1b[2J(Pdb) \r"


def test_an_attached_client_first_gets_the_last_lines_as_they_stand(
    reader: Reader, start: Starter
) -> None:
    log = start(reader.output)
    writer = Writer(log, "api")
    writer.write(b"one\ntwo\n")
    assert log.drained("api", DEADLINE)
    seen: list[list[bytes]] = [[], [], []]
    log.tap("api", seen[0].append, 1)
    writer.write(b"(Pdb) ")
    assert log.drained("api", DEADLINE)
    log.tap("api", seen[1].append, 2)
    log.tap("api", seen[2].append)
    writer.write(b"c\n")
    writer.leave()

    expected = [b"two\n(Pdb) c\n", b"two\n(Pdb) c\n", b"c\n"]
    until(lambda: [b"".join(each) for each in seen] == expected, f"{expected} is heard")


def test_who_listens_before_a_process_writes_hears_it_however_busy_the_log_is(
    reader: Reader, start: Starter
) -> None:
    log = start(reader.output)
    writer = Writer(log, "api")
    assert log.drained("api", DEADLINE)
    busy, free = threading.Event(), threading.Event()

    def dawdle(*_: object) -> None:
        busy.set()
        free.wait(DEADLINE)

    log.follow(dawdle)
    log.report("this keeps it busy")
    assert busy.wait(DEADLINE)
    seen: list[bytes] = []
    log.tap("api", seen.append)
    writer.write(b"hello\n")
    free.set()
    writer.leave()

    assert seen == [b"hello\n"]


def test_the_next_process_of_a_name_adds_to_its_tail(reader: Reader, start: Starter) -> None:
    log = start(reader.output)
    for life in range(3):
        writer = Writer(log, "api")
        writer.write(b"life %d\n" % life)
        writer.leave()

    assert log.tail("api") == ["life 0", "life 1", "life 2"]
    assert log.tail("api", 1) == ["life 2"]
    assert log.tail("api", 0) == []
    assert log.output_of_current_run("api") == ["life 2"]
    assert log.tail("unheard-of") == []


def test_what_came_before_the_start_is_shown_at_the_end_even_if_it_never_started(
    reader: Reader,
) -> None:
    log = Log(["web"], output=reader.output, colour=False)
    writer = Writer(log, "web")
    writer.write(b"early\n")
    log.report("one\ntwo")
    log.close()
    os.close(writer.slave)

    assert reader.lines("guard") == ["one", "two"]
    assert reader.lines("web") == ["early"]


def test_closing_reads_what_is_still_in_the_terminals(reader: Reader, start: Starter) -> None:
    log = start(reader.output)
    process = run(log, "api", "for n in range(1_000): print(n)\nprint('bye', end='')")
    process.wait()
    log.close()

    assert reader.lines("api") == [*map(str, range(1_000)), "bye"]


def test_a_spinner_is_one_line_where_nothing_can_be_erased(reader: Reader, start: Starter) -> None:
    log = start(reader.output)
    writer, other = Writer(log, "web"), Writer(log, "api")
    for number in range(8):
        writer.write(b"\r" + b"|/-\\"[number % 4 : number % 4 + 1] + b" building")
        time.sleep(1.5 * PARTIAL_LINE_SECONDS)  # long enough for a question to be shown
    other.write(b"Overwrite? ")
    reader.until(lambda text: text.endswith("Overwrite? "))
    writer.write(b"\rbuilt     \n")
    other.write(b"no\n")
    writer.leave()
    other.leave()
    log.close()
    assert reader.lines("web") == ["built     "]


def test_a_spinner_that_stops_is_shown_as_it_stands(reader: Reader, start: Starter) -> None:
    log = start(reader.output)
    writer = Writer(log, "web")
    writer.write(b"\r| asking\r? Overwrite (y/N) ")
    reader.until(lambda text: text.endswith("web   | ? Overwrite (y/N) "))
    writer.leave()


@pytest.mark.parametrize("sign", ["#", "█", "━", "進"])
def test_a_bar_that_fills_the_screen_is_one_line_of_it(
    screen: Reader, start: Starter, sign: str
) -> None:
    log = start(screen.output)
    writer = Writer(log, "web")
    room = 80 - prefix.width(["web", "api"], time=True)
    for done in range(1, 5):
        part = room // display_width(sign) * done // 4
        bar = (sign * part).ljust(room - part * (display_width(sign) - 1))
        writer.write(f"\r{bar}".encode())
        screen.until(lambda text, bar=bar: text.endswith(bar))  # type: ignore[misc]
    writer.write(b"\n")
    writer.leave()
    log.close()
    assert screen.rest().count("\n") == 1


def test_lines_that_push_a_screen_away_are_left_out(reader: Reader, start: Starter) -> None:
    log = start(reader.output)
    writer = Writer(log, "web")
    writer.write(b"before\n")
    writer.write(b"\n" * 48)
    writer.write(b"\x1b[1;1H\x1b[0Jready\n")
    reader.until(lambda text: "ready" in text)
    writer.write(b"\n" * 9)  # nothing is cleared: they were meant
    reader.until(lambda text: text.partition("ready")[2].count("\n") == 10)
    writer.leave()
    log.close()
    lines = reader.lines("web")
    assert [line for line in lines if line] == ["before", "ready"]
    assert lines[lines.index("ready") + 1 :] == [""] * 9
    assert lines.index("ready") <= 2


def test_a_file_is_written_on_once_its_disk_has_room_again(small_disk: SmallDisk) -> None:
    output = small_disk("64k") / "output"
    full = output.with_name("full")
    with output.open("wb") as file:
        log = Log(["web"], output=file, colour=False)
        log.start()
        log.report("before")
        until(lambda: b"before" in output.read_bytes(), "it is written")
        with contextlib.suppress(OSError), full.open("wb", buffering=0) as other:
            while True:
                other.write(bytes(4096))
        log.report("x" * 8192)  # more than the rest of its page
        until(lambda: output.stat().st_size == 4096, "the disk is full")
        log.report("lost")
        full.unlink()

        def goes_on() -> bool:
            log.report("after")
            return b" | after" in output.read_bytes()

        until(goes_on, "it is written on")
        log.close()
    text = output.read_text()
    assert "x" * 8192 in text  # whole, although its beginning had been written
    assert re.search(r"\d lines? of guard not shown", text)
    assert "lost" not in text
