"""The programs, each with a small project and the Procfile line that its own documentation has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple, TypedDict, Unpack

from scripts.procfiles import projects

Speaks = Literal["HTTP", "another protocol", "nothing"]

_LIBRARIES = "LD_LIBRARY_PATH=$DEBIAN_LIBRARIES"
_RUBY = f"{_LIBRARIES} RUBYLIB=$DEBIAN_RUBY GEM_PATH=$DEBIAN_GEMS exec $DEBIAN/bin/ruby3.1"


class Program(NamedTuple):
    """A program."""

    name: str
    source: str
    """What brings it: PyPI, npm or Debian."""
    version: str
    """The command that prints its version."""
    line: str
    """What stands in the Procfile after `NAME:`."""
    files: Mapping[str, str] = {}
    mistake: tuple[str, str] | None = None
    """A file, and the text that breaks it; None where it has no code that somebody saves."""
    speaks: Speaks = "HTTP"
    settings: Mapping[str, str] = {}
    """Variables in `.env`. Those that do not reload themselves have NAME_WATCH here."""
    keeps_port: bool = False
    """Whether it listens on after a mistake, and answers nobody: then nobody else can."""
    takes_all: str = ""
    """Why it is READY after a mistake although it answers nobody: it takes every connection."""


_WATCHED = {"WEB_WATCH": "src"}
_PY_VERSION = "python -c 'from importlib.metadata import version as v; print(v(\"{}\"))'"


class _More(TypedDict, total=False):
    files: Mapping[str, str]
    mistake: tuple[str, str]
    speaks: Speaks
    settings: Mapping[str, str]
    keeps_port: bool
    takes_all: str


def _python(name: str, line: str, package: str = "", **more: Unpack[_More]) -> Program:
    program = Program(name, "PyPI", _PY_VERSION.format(package or name), line)
    return program._replace(**more)


def _node(name: str, line: str, package: str = "", **more: Unpack[_More]) -> Program:
    version = f"node -p 'require(\"./node/node_modules/{package or name}/package.json\").version'"
    return Program(name, "npm", version, line)._replace(**more)


def _app(text: str) -> _More:
    """Return a Python module in a folder that the guard watches."""
    return {**_reloading(text, "src/app.py"), "settings": _WATCHED}


def _reloading(text: str, path: str = "app.py") -> _More:
    """Return a Python module that the program itself reloads."""
    return {"files": {path: text}, "mistake": (path, projects.BAD_PYTHON)}


PROGRAMS = (
    _python(
        "django",
        "exec python manage.py runserver $PORT",
        files={"manage.py": projects.DJANGO, "urls.py": projects.URLS},
        mistake=("urls.py", projects.BAD_PYTHON),
    ),
    _python("flask", "exec flask --app app run --debug --port $PORT", **_reloading(projects.FLASK)),
    _python(
        "fastapi", "exec fastapi dev app.py --port $PORT", **_reloading(projects.FASTAPI)
    )._replace(keeps_port=True),
    _python(
        "uvicorn",
        "exec uvicorn app:app --reload --port $PORT",
        **_reloading(projects.ASGI),
    )._replace(keeps_port=True),
    _python(
        "gunicorn", "cd src && exec gunicorn app:app -b 127.0.0.1:$PORT", **_app(projects.WSGI)
    ),
    _python(
        "hypercorn", "cd src && exec hypercorn app:app -b 127.0.0.1:$PORT", **_app(projects.ASGI)
    ),
    _python("daphne", "cd src && exec daphne -p $PORT app:app", **_app(projects.ASGI)),
    _python(
        "granian",
        "cd src && exec granian --interface asgi --port $PORT app:app",
        **_app(projects.ASGI),
    ),
    _python(
        "waitress",
        "cd src && exec waitress-serve --listen=127.0.0.1:$PORT app:app",
        **_app(projects.WSGI),
    ),
    _python("celery", "cd src && exec celery -A app worker -c 1", **_app(projects.CELERY))._replace(
        speaks="nothing"
    ),
    _python(
        "mkdocs",
        "exec mkdocs serve -a 127.0.0.1:$PORT",
        files={"mkdocs.yml": "site_name: hello\n", "docs/index.md": "# hello\n"},
        mistake=("mkdocs.yml", "site_name: [\n"),
        takes_all="it takes each request, and answers it once its files are mended",
    ),
    _python(
        "hugo",
        "exec hugo server --bind 127.0.0.1 --port $PORT",
        files={"hugo.toml": 'title = "hello"\n', "layouts/index.html": "hello\n"},
        mistake=("layouts/index.html", "{{ if }}\n"),
    ),
    Program(
        "http.server",
        "Python",
        "python --version",
        "exec python -m http.server --bind 127.0.0.1 $PORT",
    ),
    _node(
        "vite",
        "exec vite --port $PORT --strictPort",
        files={
            "index.html": projects.PAGE,
            "src/main.js": projects.SCRIPT,
            "vite.config.js": "export default {}\n",
        },
        mistake=("vite.config.js", projects.BAD_JS),
    ),
    _node(
        "next",
        "exec next dev -p $PORT",
        files={
            "package.json": '{"private": true}\n',
            "pages/index.js": "export default function Page() { return 'hello' }\n",
        },
        mistake=("pages/index.js", projects.BAD_JS),
        settings={"NEXT_TELEMETRY_DISABLED": "1"},
    ),
    _node(
        "webpack-dev-server",
        "exec webpack serve --port $PORT",
        files={"webpack.config.js": projects.WEBPACK, "src/index.js": projects.SCRIPT},
        mistake=("src/index.js", projects.BAD_JS),
    ),
    _node(
        "esbuild",
        "exec esbuild src/main.js --bundle --outdir=www --servedir=www --serve=127.0.0.1:$PORT",
        files={"src/main.js": projects.SCRIPT, "www/index.html": "hello\n"},
        mistake=("src/main.js", projects.BAD_JS),
    ),
    _node(
        "parcel",
        "exec parcel index.html --port $PORT --no-hmr",
        files={"index.html": projects.PAGE, "src/main.js": projects.SCRIPT},
        mistake=("src/main.js", projects.BAD_JS),
    ),
    _node(
        "eleventy",
        "exec eleventy --serve --port=$PORT",
        "@11ty/eleventy",
        files={"index.md": "# hello\n"},
        mistake=("index.md", "{% if %}\n"),
    ),
    _node(
        "tailwind",
        "exec tailwindcss -i src/in.css -o dist/out.css --watch=always",
        "@tailwindcss/cli",
        files={"src/in.css": '@import "tailwindcss";\n', "index.html": '<p class="underline">\n'},
        mistake=("src/in.css", '@import "nowhere-to-be-found";\n'),
        speaks="nothing",
    ),
    _node(
        "nodemon",
        "exec nodemon server.js",
        files={"server.js": projects.NODE},
        mistake=("server.js", projects.BAD_JS),
    ),
    Program(
        "node --watch",
        "nodejs.org",
        "node --version",
        "exec node --watch server.js # $PORT",
        {"server.js": projects.NODE},
        ("server.js", projects.BAD_JS),
    ),
    _node("http-server", "exec http-server -a 127.0.0.1 -p $PORT"),
    Program(
        "nginx",
        "Debian",
        "nginx -v",
        'sed "s/PORT/$PORT/" src/nginx.conf > nginx.conf && exec nginx -p "$PWD" -c nginx.conf',
        {"src/nginx.conf": projects.NGINX},
        ("src/nginx.conf", "events {\n"),
        settings=_WATCHED,
    ),
    Program(
        "caddy",
        "Debian",
        "caddy version",
        "exec caddy run --config Caddyfile --adapter caddyfile",
        {"Caddyfile": "{\n  admin off\n}\nhttp://localhost:{$PORT}\nrespond hello\n"},
        ("Caddyfile", "nonsense {\n"),
        settings={"WEB_WATCH": "."},
    ),
    Program(
        "php -S",
        "Debian",
        f"{_LIBRARIES} php8.2 --version",
        f"{_LIBRARIES} exec php8.2 -S 127.0.0.1:$PORT",
        {"index.php": "<?php echo 'hello';\n"},
        ("index.php", "<?php this is ( not\n"),
    ),
    Program(
        "puma",
        "Debian",
        f"{_RUBY} $DEBIAN/bin/puma --version",
        f"cd src && {_RUBY} $DEBIAN/bin/puma -b tcp://127.0.0.1:$PORT config.ru",
        {"src/config.ru": projects.PUMA},
        ("src/config.ru", "run ->( {\n"),
        settings=_WATCHED,
    ),
    Program(
        "jekyll",
        "Debian",
        f"{_RUBY} $(ls -d $DEBIAN/share/rubygems-integration/all/gems/jekyll-4*)/exe/jekyll -v",
        f"{_RUBY} $(ls -d $DEBIAN/share/rubygems-integration/all/gems/jekyll-4*)/exe/jekyll serve "
        "--port $PORT",
        {"_config.yml": "title: hello\n", "index.html": "hello\n"},
        ("index.html", "---\n---\n{% if %}\n"),
    ),
    Program(
        "redis",
        "Debian",
        f"{_LIBRARIES} redis-server --version",
        f"{_LIBRARIES} exec redis-server --port $PORT --save ''",
        speaks="another protocol",
    ),
)
