"""The policy that nginx sends with the page allows the scripts within it, and no other."""

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

FRONTEND = Path(__file__).parents[2] / "webapp/frontend"


def test_the_policy_names_the_script_of_the_page_as_it_is_now() -> None:
    page = (FRONTEND / "index.html").read_text(encoding="utf-8")
    template = (FRONTEND / "nginx/default.conf.template").read_text(encoding="utf-8")
    policies = re.findall(r"script-src ([^;]+);", template)
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    hashes = [b64encode(sha256(text.encode()).digest()).decode() for text in scripts]
    allowed = " ".join(["'self'", *(f"'sha256-{one}'" for one in hashes)])
    assert policies == [allowed], "write this into default.conf.template"
