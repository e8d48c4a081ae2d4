"""`python -m scripts.smoke`: every check, on the stack that `.env` and the shell describe."""

import sys

import httpx

from scripts.guard.config import settings
from scripts.guard.core.errors import GuardError
from scripts.smoke.checks import CHECKS, ROOT, Stack
from scripts.smoke.verdict import Verdict, judge


def main() -> int:
    """Run every check, whatever the others found. Returns 1 if one failed, else 0."""
    try:
        config = settings.load(ROOT / "Procfile.dev")
    except GuardError as error:
        sys.stderr.write(f"{error.message}\n\n  fix: {error.fix}\n")
        return 1
    urls = {service.name: str(service.url) for service in config.services}
    verdict = Verdict()
    with httpx.Client(base_url=urls["web"], timeout=30, trust_env=False) as client:
        stack = Stack(urls["web"], urls["api"], config.guard_url, config.token_file, client)
        for check in CHECKS:
            sys.stdout.write(f"{verdict.add(judge(check, stack))}\n")
            sys.stdout.flush()
    sys.stdout.write(f"\n{verdict.summary()}\n")
    return 1 if verdict.failed else 0


if __name__ == "__main__":
    sys.exit(main())
