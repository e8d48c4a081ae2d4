"""What is said of a service that is not ready, from what is seen of it."""

import pytest

from scripts.guard.config.service import Service
from scripts.guard.core.protocol import Protocol
from scripts.guard.health.probe import Answer, Reply
from scripts.guard.health.slow_start import Seen, explain

WEB = Service("web", "serve $PORT", port=5000)
NOBODY = Answer(Reply.NONE)
BOTH = frozenset({("127.0.0.1", 5000), ("::1", 4999)})


@pytest.mark.parametrize(
    ("seen", "answer", "begun", "expected"),
    [
        (Seen(frozenset({("127.0.0.1", 4999)})), NOBODY, None, "It listens on port 4999 instead."),
        (Seen(BOTH), NOBODY, None, "It listens there and says nothing."),
        (Seen(BOTH), Answer(Reply.CLOSED), None, "It listens there and closes each connection"),
        (Seen(BOTH), Answer(Reply.NOT_YET, Protocol.HTTP, 503), None, "answers with 503."),
        (Seen(frozenset({("127.0.0.9", 5000)})), NOBODY, None, "It listens on 127.0.0.9, and"),
        (Seen(processor=0.97), NOBODY, None, "uses 97% of a processor"),
        (Seen(processor=0.08, queued=0.9), NOBODY, None, "It is still busy, and uses 8% of a"),
        (Seen(processor=0.02, queued=0.3), NOBODY, "Compiling", "It runs, listens nowhere"),
        (Seen(reads_terminal=True), NOBODY, None, "It waits for input."),
        (
            Seen(),
            NOBODY,
            "\x1b[32m?\x1b[0m Project name: ",
            "It waits for input: '? Project name:'",
        ),
        (Seen(), NOBODY, "Need to install: x. Ok to proceed? (y) ", "It waits for input: "),
        (
            Seen(processor=0.9),
            NOBODY,
            "Password for me: ",
            "It waits for input: 'Password for me:'",
        ),
    ],
)
def test_one_sentence_says_what_it_does_instead(
    seen: Seen, answer: Answer, begun: str | None, expected: str
) -> None:
    cause = explain(WEB, seen, answer, begun, 10.2)
    assert cause is not None
    assert "web is not ready after 10 s; an answer on port 5000 is awaited." in cause.sentence
    assert expected in cause.sentence


def test_nothing_is_said_of_one_that_answers() -> None:
    assert explain(WEB, Seen(), Answer(Reply.ANSWER, Protocol.HTTP, 200), None, 10) is None


def test_that_a_held_port_is_listened_on_says_nothing() -> None:
    held = WEB._replace(held=True)
    seen = Seen(frozenset({("127.0.0.1", 5000)}))
    cause = explain(held, seen, Answer(Reply.STANDBY), None, 10)
    assert cause is not None
    assert "It runs, accepts no connections" in cause.sentence


def test_the_path_that_must_answer_is_named() -> None:
    strict = WEB._replace(strict=True, health="/health")
    cause = explain(strict, Seen(BOTH), Answer(Reply.NOT_YET, Protocol.HTTP, 500), None, 10)
    assert cause is not None
    assert "GET /health on port 5000 is awaited" in cause.sentence


def test_the_same_again_is_not_news() -> None:
    first, later = (
        explain(WEB, Seen(processor=share), NOBODY, None, seconds)
        for share, seconds in ((0.97, 10), (0.42, 65))
    )
    assert first is not None
    assert later is not None
    assert first.is_like(later)
    other = explain(WEB, Seen(), NOBODY, None, 70)
    assert other is not None
    assert not first.is_like(other)
