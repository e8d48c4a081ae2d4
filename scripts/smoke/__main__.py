"""`python -m scripts.smoke`: every check, on the stack that `.env` and the shell describe."""

import subprocess
import sys
import time

import httpx

from scripts.guard import GuardError
from scripts.guard.config import settings
from scripts.smoke.checks import CHECKS, ROOT, Stack
from scripts.smoke.tools import FailedError


def main() -> int:
    """Run every check, whatever the others say. Returns 0 if all hold, else 1."""
    try:
        config = settings.load(ROOT / "Procfile.dev")
    except GuardError as error:
        sys.stderr.write(f"{error.message}\n\n  fix: {error.fix}\n")
        return 1
    urls = {service.name: str(service.url) for service in config.services}
    failed = 0
    with httpx.Client(base_url=urls["web"], timeout=30, trust_env=False) as client:
        stack = Stack(urls["web"], urls["api"], config.guard_url, client)
        for check in CHECKS:
            title = check.__name__.replace("_", " ")
            started = time.monotonic()
            try:
                told = f"ok    {title}: {check(stack)}"
            except (FailedError, httpx.HTTPError, OSError, subprocess.CalledProcessError) as error:
                failed += 1
                told = f"FAIL  {title}: {error or type(error).__name__}"
            sys.stdout.write(f"{told} ({time.monotonic() - started:.2f} s)\n")
            sys.stdout.flush()
    if failed:
        sys.stdout.write("\nis the stack running? make status tells; make dev starts it\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
