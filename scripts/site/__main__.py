"""`python -m scripts.site [FOLDER [PROJECT]]`: build the site, into dist/site by default."""

import logging
import sys
import tempfile
from pathlib import Path

from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort

from scripts.site.pages import gather, navigation

ROOT = Path(__file__).resolve().parents[2]


def main(words: list[str]) -> int:
    """Build it. Returns 1 where a link leads nowhere or a page is in no tab; MkDocs says which."""
    logging.basicConfig(format="%(levelname)s: %(message)s", level=logging.WARNING)
    folder, root = (*words, *(str(ROOT / "dist/site"), str(ROOT))[len(words) :])
    into = Path(folder).resolve()
    with tempfile.TemporaryDirectory(prefix="site-") as pages:
        gather(Path(root), Path(pages))
        config = load_config(
            str(ROOT / "mkdocs.yml"),
            docs_dir=pages,
            site_dir=str(into),
            nav=navigation(Path(root)),
        )
        try:
            build(config)
        except Abort:
            return 1
    sys.stdout.write(f"{into / 'index.html'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
