"""Which words of a command tell which program it is."""

import pytest

from scripts.guard.doctor.started_by_hand import telling

LINES = {
    'PATH="$PWD/.venv/bin:$PATH" exec node_modules/.bin/vite --port ${WEB_PORT:-3000}': {"vite"},
    "python3 -m http.server 8000": {"http.server"},
    "/usr/bin/python3.11 /srv/app/.venv/bin/uvicorn main:app": {"uvicorn", "main:app"},
    "npm run dev": {"dev"},
    "bundle exec sidekiq -C config.yml": {"sidekiq", "config.yml"},
    "exec python": set(),
}


@pytest.mark.parametrize("line", LINES)
def test_it_is_neither_who_starts_it_nor_an_option(line: str) -> None:
    assert telling(line.split()) == LINES[line]
