"""Which files are pages of the site, and their order: by who reads them."""

import re
import shutil
from pathlib import Path

Navigation = list[dict[str, object]]
"""As MkDocs takes it: a title and its page, or a title and a list of the same."""

USE = ("docs/startup-guide.md", "docs/using.md", "docs/cookies.md", "docs/troubleshooting.md")
RUN = (
    *("docs/settings.md", "docs/any-procfile.md", "docs/architecture.md", "docs/benchmarks.md"),
    "docs/ui.md",
    "docs/features.md",
)
DEVELOP = (
    "CONTRIBUTING.md",
    "docs/api.md",
    "docs/compatibility.md",
    "docs/testing.md",
    "docs/faults.md",
    "docs/troubleshooting-rows.md",
    "docs/docs-run/debian-12.md",
    "docs/docs-run/debian-13.md",
    "CHANGELOG.md",
    "CODE_OF_CONDUCT.md",
)
OPERATE = (
    "docs/containers.md",
    "docs/behind-a-proxy.md",
    "docs/scaling.md",
    "docs/security.md",
    "SECURITY.md",
    "docs/licences.md",
)
ALSO = ("LICENSE", "webapp/frontend/public/icon.svg", "docs/images", "docs/proxies")
"""What pages link to or show, without being one."""
TITLE = re.compile(r"^# (.+)$", re.MULTILINE)


def navigation(root: Path) -> Navigation:
    """The tabs: the README, a tab for each kind of reader, and the decisions."""
    decisions = sorted(path.relative_to(root) for path in (root / "docs/decisions").glob("*.md"))
    first = [path for path in decisions if path.name == "README.md"]
    tabs = {
        "Use": USE,
        "Run": RUN,
        "Develop": DEVELOP,
        "Operate": OPERATE,
        "Decisions": [str(path) for path in [*first, *(d for d in decisions if d not in first)]],
    }
    readers: Navigation = [
        {tab: [{title(root / page): page} for page in pages]} for tab, pages in tabs.items()
    ]
    return [{"Home": "README.md"}, *readers]


def title(path: Path) -> str:
    """The first heading of a page. Raises `ValueError` where it has none."""
    match = TITLE.search(path.read_text(encoding="utf-8"))
    if match is None:
        raise ValueError(f"{path} has no heading")
    return match[1]


def gather(root: Path, into: Path) -> None:
    """Copy the pages and what they show, each to its path in the project, so that links hold."""
    pages = [*root.glob("*.md"), *(root / "docs").rglob("*.md")]
    for path in (*pages, *(root / name for name in ALSO)):
        target = into / path.relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            shutil.copytree(path, target)
        else:
            shutil.copy(path, target)
