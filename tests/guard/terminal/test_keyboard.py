"""What is typed -> what is wanted."""

import pytest

from scripts.guard.terminal.keyboard import NUMBER_SECONDS, Keyboard, Verb, Wish

SOON = NUMBER_SECONDS / 2


def typed(*keys: str, services: int = 3) -> list[Wish]:
    """Type these keys, each soon after the one before, and then nothing for long."""
    keyboard, now = Keyboard(), 100.0
    wishes: list[Wish] = []
    for key in keys:
        wishes += keyboard.tick(now)
        wishes += keyboard.type(key.encode(), now, services)
        now += SOON
    return [*wishes, *keyboard.tick(now + NUMBER_SECONDS)]


@pytest.mark.parametrize(
    ("keys", "wishes"),
    [
        ("q", [Wish(Verb.QUIT)]),
        ("?", [Wish(Verb.HELP)]),
        ("lo", [Wish(Verb.LOG), Wish(Verb.OPEN)]),
        ("r", [Wish(Verb.RESTART)]),
        ("r2", [Wish(Verb.RESTART, 2)]),
        ("r 2", [Wish(Verb.RESTART, 2)]),
        ("r\n", [Wish(Verb.RESTART)]),
        ("r\n\n", [Wish(Verb.RESTART), Wish(Verb.BLANK)]),
        ("rl", [Wish(Verb.RESTART), Wish(Verb.LOG)]),
        ("rr", [Wish(Verb.RESTART), Wish(Verb.RESTART)]),
        ("2", [Wish(Verb.CHOOSE, 2)]),
        ("23", [Wish(Verb.CHOOSE, 2), Wish(Verb.CHOOSE, 3)]),
        ("0", [Wish(Verb.CHOOSE, 0)]),
        ("9", [Wish(Verb.CHOOSE, 9)]),  # there is none, which whoever looks it up will tell
        ("\r", [Wish(Verb.BLANK)]),
        ("xyzäR \x04\x00", []),
    ],
)
def test_keys_one_by_one(keys: str, wishes: list[Wish]) -> None:
    assert typed(*keys) == wishes


def test_of_many_services_a_number_may_have_two_digits() -> None:
    assert typed("1", "2", services=12) == [Wish(Verb.CHOOSE, 12)]
    assert typed("1", services=12) == [Wish(Verb.CHOOSE, 1)]
    assert typed("r", "1", "1", services=12) == [Wish(Verb.RESTART, 11)]
    assert typed("2", "1", services=12) == [Wish(Verb.CHOOSE, 2), Wish(Verb.CHOOSE, 1)]


def test_who_waits_too_long_meant_everything() -> None:
    keyboard = Keyboard()
    assert keyboard.type(b"r", 100.0, 3) == []
    assert keyboard.due == 100.0 + NUMBER_SECONDS
    assert keyboard.tick(100.0 + SOON) == []
    assert keyboard.tick(100.0 + NUMBER_SECONDS) == [Wish(Verb.RESTART)]
    assert keyboard.type(b"2", 102.0, 3) == [Wish(Verb.CHOOSE, 2)]


@pytest.mark.parametrize("code", ["\x1b[A", "\x1bOP", "\x1b[200~", "\x1b[<0;3;4M", "\x1b[[A"])
def test_arrows_and_their_like_are_no_letters(code: str) -> None:
    assert typed(code) == []
    assert typed("\x1b") == [Wish(Verb.CHOOSE, 0)]


def test_what_is_pasted_is_not_taken_for_keys_but_a_key_that_is_held_is() -> None:
    assert typed("r", "quit the sequel") == [Wish(Verb.PASTED)]
    assert typed("\n" * 20) == [Wish(Verb.BLANK)] * 20


def test_eight_bytes_may_be_typed_at_once_and_nine_were_pasted() -> None:
    assert Keyboard().type(b"oo??ll\n\n", 100.0, 3) != [Wish(Verb.PASTED)]
    assert Keyboard().type(b"oo??ll\n\no", 100.0, 3) == [Wish(Verb.PASTED)]


@pytest.mark.parametrize(("services", "waits"), [(9, False), (10, True), (19, True)])
def test_a_second_digit_is_waited_for_where_there_are_ten(services: int, *, waits: bool) -> None:
    keyboard = Keyboard()
    keyboard.type(b"1", 100.0, services)
    assert keyboard.due == (100.7 if waits else None)
