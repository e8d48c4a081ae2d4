"""What a service switched on in the user's terminal is switched off when they let go."""

import pytest

from scripts.guard.terminal.private_modes import TerminalModes

ALWAYS = b"\x1b[0m\x1b>"  # colours off, and the keypad as usual


@pytest.mark.parametrize(
    ("written", "undone"),
    [
        (b"plain \x1b[31mred", b""),
        (b"\x1b[?25l", b"\x1b[?25h"),
        (b"\x1b[?25l and \x1b[?25h", b""),
        (b"\x1b[?1049h\x1b[?2004h", b"\x1b[?1049l\x1b[?2004l"),
        (b"\x1b[?1000;1006h\x1b[?1000l", b"\x1b[?1006l"),
        (b"\x1b[?7l\x1b[?2004l", b"\x1b[?7h"),
        (b"x" * 5000 + b"\x1b[?1049h" + b"y" * 5000, b"\x1b[?1049l"),
    ],
)
def test_what_was_switched_is_switched_back_however_it_was_cut(
    written: bytes, undone: bytes
) -> None:
    whole, cut = TerminalModes(), TerminalModes()
    whole.see(written)
    for position in range(len(written)):
        cut.see(written[position : position + 1])
    assert whole.undo() == cut.undo() == ALWAYS + undone
    assert whole.undo() == ALWAYS


def test_where_only_text_was_written_no_code_is() -> None:
    modes = TerminalModes()
    modes.see(b"text\r\n")
    assert modes.undo() == b""
