"""The logs of containers are read to their end, once, and their tracebacks found."""

import pytest

from tests.containers import logs

TRACEBACK = """\
ERROR:    Exception in ASGI application
Traceback (most recent call last):
  File "main.py", line 1, in <module>
    oops()

ValueError: oops
INFO:     127.0.0.1:5 - "GET /health HTTP/1.1" 200 OK
"""


def test_a_traceback_is_found_by_its_error() -> None:
    assert logs.tracebacks("all is well\n") == []
    assert logs.tracebacks(TRACEBACK * 2) == ["ValueError: oops"] * 2
    assert logs.tracebacks(TRACEBACK.partition("    oops")[0]) == ["cut off"]


def test_one_on_purpose_is_not() -> None:
    assert logs.tracebacks(TRACEBACK, ["ValueError"]) == []
    assert logs.tracebacks(TRACEBACK, ["SyntaxError"]) == ["ValueError: oops"]


def test_every_stream_is_read_once_also_of_a_container_that_goes() -> None:
    said: dict[str, tuple[str, ...]] = {"a": ("out 1\n", "err 1\n")}
    with logs.reading(lambda: list(said), said.__getitem__) as log:
        assert logs.news() == "out 1\nerr 1\n"
        assert logs.news() == ""
        said["a"] = ("out 1\nout 2\n", "err 1\nerr 2\n")
        log.keep()
        del said["a"]
        said["b"] = ("new\n",)
        assert logs.news() == "out 2\nerr 2\nnew\n"
        said["b"] = ("begun anew\n"[:3],)
        assert logs.news() == "beg"
    assert logs.news() == ""


def test_what_is_said_last_counts_too(capsys: pytest.CaptureFixture[str]) -> None:
    def stopping() -> None:
        with logs.reading(lambda: ["a"], lambda _: (TRACEBACK,)):
            pass

    with pytest.raises(AssertionError, match="ValueError: oops"):
        stopping()
    assert "Exception in ASGI application" in capsys.readouterr().out
