"""Whole lines out of any bytes, however they were cut."""

import itertools
from unicodedata import bidirectional

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scripts.guard.logs.line_splitter import MORE, LineSplitter

LIMIT = 16
# Bytes that mean something, beside any others.
TELLING = [
    b"\n",
    b"\r",
    b"\r\n",
    b"\x1b",
    b"\x1b[1G",
    b"\x1b[31m",
    b"\x1b[0m",
    b"\x1b[2K",
    b"\x1b[",
    "\u202e".encode(),
    "\u2067".encode(),
]
TELLING += [
    b"1G",
    b"\xe2\x80\xa8",
    b"\xe2\x80",
    b"\xa8",
    b"\xff",
    b"\x1b]0;x\x07",
    b"abc",
    b"x" * 40,
]
writings = st.lists(st.one_of(st.sampled_from(TELLING), st.binary(max_size=8)), max_size=30)


def split(*chunks: bytes, limit: int = 64) -> list[str]:
    splitter = LineSplitter(limit)
    out = b"".join(splitter.feed(chunk) for chunk in chunks) + splitter.flush()
    return out.decode().split("\n")[:-1]


@given(writings.map(b"".join), st.lists(st.integers(min_value=0, max_value=300)))
@example(b"\x1b[G\x1b[1G\x1b[G\r\x1b[1G\x1b[1G", [])  # nothing but returns
@example(b"\x1b[31m\0\r\x1b[31m\xc3\xa9\x1b[0m\x1b[31m\x1b[\x1b[1G", [])
@example(b"\r\x1b[31m\0\0\0\0\0\0\0\r\x1b[1G", [])  # cut within a "move to the first column"
def test_any_cutting_gives_the_same_lines(data: bytes, places: list[int]) -> None:
    cuts = sorted({0, len(data), *(place for place in places if place < len(data))})
    chunks = [data[start:end] for start, end in itertools.pairwise(cuts)]

    assert split(*chunks, limit=LIMIT) == split(data, limit=LIMIT)
    assert split(*(data[i : i + 1] for i in range(len(data))), limit=LIMIT) == split(
        data, limit=LIMIT
    )


@given(writings.map(b"".join))
def test_nothing_but_text_and_colours_is_left(data: bytes) -> None:
    for line in split(data):
        text = line.split("\x1b")
        assert all(code.startswith("[") and "m" in code for code in text[1:])
        assert not any(ord(c) < 0x20 and c not in "\t\x1b" for c in line)
        assert not any(0x7F <= ord(c) < 0xA0 for c in line)
        assert not any(bidirectional(c) in {"LRE", "RLE", "PDF", "LRO", "RLO"} for c in line)
        assert not any(bidirectional(c) in {"LRI", "RLI", "FSI", "PDI"} for c in line)


@given(writings.map(b"".join))
def test_every_line_closes_the_colours_that_it_opens(data: bytes) -> None:
    for line in split(data):
        if "\x1b" in line:
            assert line.endswith(("\x1b[0m", "\x1b[m")) or only_closed_attributes(line)


def only_closed_attributes(line: str) -> bool:
    """Whether the colours were given back by name: feeding the line again leaves none open."""
    splitter = LineSplitter()
    splitter.feed(line.encode() + b"\n")
    return splitter.feed(b"next\n") == b"next\n"


@given(writings.map(b"".join))
def test_no_line_is_longer_than_the_limit_allows(data: bytes) -> None:
    splitter = LineSplitter(LIMIT)
    for i in range(0, len(data), 3):
        splitter.feed(data[i : i + 3])
        assert len(splitter.partial) <= 4 * LIMIT


@pytest.mark.parametrize(
    ("written", "lines"),
    [
        (b"one\ntwo\n", ["one", "two"]),
        (b"one\n\ntwo", ["one", "", "two"]),
        (b"one\r\ntwo\r\r\n", ["one", "two"]),
        (b"10%\r20%\r30%\ndone\n", ["30%", "done"]),
        (b"10%\r20%\r", ["20%"]),
        (b"\x1b[1Gold\x1b[0Gnew\x1b[K\n", ["new"]),
        (b"\x1b[2J\x1b[Hfresh\x1b[3;4Hpaint\n", ["freshpaint"]),
        (b"\x1b[?25lhidden\x1b[?25h\x1b7\x1b(B\n", ["hidden"]),
        (b"\x1b]0;title\x07a\x1b]8;;http://x\x1b\\link\n", ["alink"]),
        (b"\x1b\x1b[2J[2Jdouble\n", ["[2Jdouble"]),
        (b"ring\x07 back\x08 nul\x00 tab\t.\n", ["ring back nul tab\t."]),
        ("line\u2028separator \u0085\u009b2J\n".encode(), ["line\u2028separator 2J"]),
        (b"caf\xc3\xa9 \xff\xfe\n", ["café \ufffd\ufffd"]),
        ("run \u202emr -fr\u202c \u2066now\u2069\n".encode(), ["run mr -fr now"]),
        ("\u200fשלם\u200f \u2013 \u202fok\n".encode(), ["\u200fשלם\u200f \u2013 \u202fok"]),
    ],
)
def test_what_becomes_of(written: bytes, lines: list[str]) -> None:
    assert split(written) == lines


@pytest.mark.parametrize(
    ("written", "lines"),
    [
        (b"\x1b[31mred\x1b[0m\nplain\n", ["\x1b[31mred\x1b[0m", "plain"]),
        (
            b"\x1b[31mred\nstill\n\x1b[39mnot\n",
            ["\x1b[31mred\x1b[0m", "\x1b[31mstill\x1b[0m", None],
        ),
        (b"\x1b[1m\x1b[38;5;9mboth\nboth\x1b[22m\none\n", [None, None, "\x1b[38;5;9mone\x1b[0m"]),
        (b"\x1b[38;2;1;2;3mtrue\n\n", ["\x1b[38;2;1;2;3mtrue\x1b[0m", ""]),
        (b"\x1b[31mred \x1b[32mgreen\n!\n", [None, "\x1b[32m!\x1b[0m"]),
        (b"\x1b[" + b"9" * 99 + b"mendless\n", ["endless"]),
    ],
)
def test_colours_that_span_lines(written: bytes, lines: list[str | None]) -> None:
    for found, expected in zip(split(written, limit=512), lines, strict=True):
        assert expected is None or found == expected


def code(digits: int) -> bytes:
    """A colour with so many digits, which is no colour."""
    return b"\x1b[" + b"1" * digits + b"m"


@pytest.mark.parametrize(
    ("chunks", "limit", "lines"),
    [
        ([b"y" * 32], 16, ["y" * 16 + "…", "y" * 16]),
        ([b"y" * 33 + b"\n"], 16, ["y" * 16 + "…", "y" * 16 + "…", "y"]),
        # Before a code, unless that is longer than any.
        ([b"x" * 14 + b"\x1b[31mred"], 16, ["x" * 14 + "…", "\x1b[31mred\x1b[0m"]),
        ([b"x" * 32 + code(31) + b"tail"], 64, ["x" * 32 + "…", f"\x1b[{'1' * 31}mtail\x1b[0m"]),
        ([b"x" * 31 + code(31) + b"tail"], 64, ["x" * 31 + "…", "mtail"]),
        ([b"x" + code(15) + b"tail"], 16, ["x…", "…", "1mtail"]),
        # Before a character, unless there is none.
        (["x" * 13 + "😀" + "z" * 8], 16, ["x" * 13 + "…", "😀" + "z" * 8]),
        (["a😀b"], 4, ["a…", "😀…", "b"]),
        ([b"x" * 13 + b"\x80" * 9], 16, ["x" * 13 + "\ufffd" * 3 + "…", "\ufffd" * 6]),
        # What may become a return, and does, or does not.
        ([b"x" * 14 + b"\x1b[1", b"Gabc\n"], 16, ["abc"]),
        ([b"x" * 20 + b"\r\x1b", b"[1Gzz\n"], 16, ["x" * 16 + "…", "zz"]),
        ([b"x" * 12 + b"\x1b[1", b"1Gabc\n"], 16, ["x" * 12 + "…", "abc"]),
        ([b"x" * 13 + b"\x1b", b"Gyyyyy\n"], 16, ["x" * 13 + "y…", "yyyy"]),
    ],
)
def test_where_a_long_line_is_cut(chunks: list[bytes | str], limit: int, lines: list[str]) -> None:
    written = [chunk.encode() if isinstance(chunk, str) else chunk for chunk in chunks]
    assert split(*written, limit=limit) == lines


def test_a_line_may_have_64_kib_and_no_byte_more() -> None:
    splitter = LineSplitter()
    most = b"x" * 65_536
    assert splitter.feed(most + b"\n") == most + b"\n"
    assert splitter.feed(most + b"x\n") == most + MORE + b"\nx\n"


@pytest.mark.parametrize(
    ("begun", "is_redrawn"),
    [(b"", False), (b"one\ntwo", False), (b"10%\r20%", True), (b"\x1b[1Gx", True)],
)
def test_a_line_that_was_started_over_is_known(begun: bytes, *, is_redrawn: bool) -> None:
    splitter = LineSplitter()
    splitter.feed(begun)
    assert splitter.is_redrawn is is_redrawn


def test_a_line_of_ten_megabytes_comes_in_marked_pieces() -> None:
    splitter = LineSplitter()
    text = b"0123456789" * 1_000_000

    pieces = [splitter.feed(text[i : i + 4095]) for i in range(0, len(text), 4095)]
    pieces.append(splitter.feed(b"\nnext\n"))

    *lines, last, following = b"".join(pieces).split(b"\n")[:-1]
    assert following == b"next"
    assert all(line.endswith(MORE) for line in lines)
    assert b"".join(line.removesuffix(MORE) for line in lines) + last == text
    assert max(map(len, pieces)) < 100_000


def test_a_long_line_is_not_cut_within_a_character() -> None:
    text = "ä€😀" * 1_000

    pieces = split(text.encode(), limit=100)

    assert "".join(piece.removesuffix("…") for piece in pieces) == text


def test_a_half_line_can_be_looked_at_without_its_half_character() -> None:
    splitter = LineSplitter()
    splitter.feed(b"abc")
    assert splitter.partial == b"abc"
    splitter.feed("\ndone\n\x1b[32m10%\r\x1b[32mprix: 5 €".encode()[:-1])

    assert splitter.partial.decode() == "\x1b[32mprix: 5 \x1b[0m"
    assert splitter.feed("€ net\n".encode()[2:]).decode() == "\x1b[32mprix: 5 € net\x1b[0m\n"
    assert splitter.partial == b""
