# What people type. `make` alone prints this list from the `##` comments; tests/docs keeps it true.
# Each target is a thin call: the work is done by scripts/setup, scripts/guard, pytest and npm.

# What runs from here is nobody's sub-make: a service, or a test, that calls make means its own.
py := env -u MAKELEVEL -u MAKEFLAGS -u MFLAGS .venv/bin/python
guard := $(py) -m scripts.guard
# Programs that the set-up brings (Node among them) come before the machine's, as in Procfile.dev.
export PATH := $(CURDIR)/.venv/bin:$(PATH)
# `python=3.13` chooses what .venv is made with, and is nobody else's business.
unexport python
# Whatever the shell says, compiled Python is kept: what is restarted again and again would
# otherwise be compiled again and again. It lies in .venv and __pycache__, which git ignores.
unexport PYTHONDONTWRITEBYTECODE

whole := tests/stack/test_project.py
# More than there are processors, because most tests wait most of the time. A file is one worker's,
# and the longest are begun first: see tests/conftest.py.
side-by-side := -n 5 --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: $(shell sed -n 's/^\([a-z][a-z-]*\):.*/\1/p' $(firstword $(MAKEFILE_LIST))) bootstrap

##@ Run it
dev: setup ## Start the app under the guard; this is all you need (open=1: and open its page; s="web": only that)
	@$(if $(open),$(py) -m scripts.desktop open --wait &) exec $(py) -m scripts.dev $(if $(s),up $(s))

app: build ## Start the production build, without reload
	@exec $(py) -m scripts.dev -f Procfile

open: packages ## Open the page of the running app in the browser
	@$(py) -m scripts.desktop open

shortcut: packages ## Put an icon on the desktop that starts the app and opens its page
	@$(py) -m scripts.desktop shortcut

##@ See and fix it
status: packages ## What is running, since when, and if not, why not (w=1: stay up to date)
	@$(guard) status $(if $(w),-w)

doctor: packages ## Check everything localhost needs, or one service: make doctor p=web
	@$(guard) doctor $(p) --checks scripts.checks

why: packages ## Explain the last unexpected exit: make why p=api
	@$(guard) why $(p)

logs: packages ## Follow the logs, also of services that have exited: make logs p=api
	@exec $(guard) logs $(p) -f

attach: packages ## Use the terminal of a service, for example at a breakpoint(): make attach p=api
	@$(guard) attach $(or $(p),api)

restart: packages ## Restart everything, or one service: make restart p=api
	@$(guard) restart $(p)

start: packages ## Start a service that was stopped or left out: make start p=api
	@$(guard) start $(p)

run: packages ## Run a command with the environment of a service: make run p=api c="printenv PORT"
	@exec $(guard) run $(if $(p),-s $(p)) -- '$(subst ','\'',$(c))'

stop: packages ## Stop everything, from another terminal, or one service: make stop p=api
	@$(guard) stop $(p)

get: packages ## Download a link with the running app, and wait for it: make get u=https://... (f=mp3: as that)
	@$(py) -m scripts.get add --wait $(if $(f),--format $(f)) -- $(if $(u),'$(subst ','\'',$(u))',"$${u:?name the link: make get u=https://...}")

backup: packages ## Keep the queue, the library and the list of files in a ZIP, while the app runs (to=FILE)
	@PYTHONPATH=webapp/backend $(py) -m scripts.backup keep $(to)

restore: packages ## Bring a backup back into a stopped app: make restore from=FILE (replace=1: over what is there)
	@PYTHONPATH=webapp/backend $(py) -m scripts.backup restore $(if $(replace),--replace) $(or $(from),"$${from:?name the file: make restore from=FILE}")

##@ Test it
# Last the whole thing from outside, by itself: `make dev`, `make app`, and `make smoke` on each.
test: setup-all build ## Install what tests need, and run them all
	@npm --prefix webapp/frontend run --silent test
	@$(py) -m pytest $(side-by-side) --ignore $(whole)
	@$(py) -m pytest $(whole)

test-unit: setup-python ## The quick tests: all that start no process, open no port and compute briefly (seconds)
	@$(py) -m pytest -q --quick -p no:schemathesis -n 2

test-backend: setup-all ## The backend, with real downloads and a real PostgreSQL
	@$(py) -m pytest tests/backend

test-frontend: setup-all ## The front end alone, without a browser
	@npm --prefix webapp/frontend run --silent test

test-stack: setup-all ## The guard and whole stacks, with real processes and real faults
	@$(py) -m pytest tests/guard tests/stack tests/setup tests/desktop tests/containers tests/backup

test-browser: setup-all build ## The whole thing in a real Chromium
	@$(py) -m pytest tests/browser

test-times: setup-all build ## Run all tests, and tell where the time goes, by file (w=1: to CONTRIBUTING.md and scripts/times/times.tsv; t=tests/stack: of some)
	@$(py) -m pytest $(side-by-side) --ignore $(whole) -p scripts.times.plugin $(if $(w),--keep-times) $(t)
	@$(if $(w),$(MAKE) --silent docs)

test-pythons: setup-python ## All checks and tests on every Python here, and on Debian 13 and sid as root (on="3.12 sid": there; targets=test-unit: that; w=1: write docs/compatibility.md)
	@$(py) -m scripts.compatibility $(if $(w),-w) --targets "$(or $(targets),check test)" $(on)

test-nodes: setup-python ## The front end on the oldest and the newest Node (targets=test: that; w=1: write docs/compatibility.md)
	@$(py) -m scripts.compatibility $(if $(w),-w) --targets "$(or $(targets),test-frontend build)" --node 20.19.0 --node 22.12.0 --node latest

smoke: setup-python ## Check the running stack from outside, with a real download and a restart
	@$(py) -m scripts.smoke

faults: setup-all ## Inflict every fault of docs/architecture.md on real processes: make faults n=20 row="F1 F4" (j=3: at a time; w=1: write docs/faults.md)
	@$(py) -m scripts.faults -n $(or $(n),3) $(if $(j),-j $(j)) $(if $(w),-w) $(row)

procfiles: setup-python ## Run real programs under the guard, from PyPI, npm and Debian (p="vite redis": some; w=1: write docs/any-procfile.md)
	@$(py) -m scripts.procfiles $(if $(w),-w) $(p)

bench: setup-python ## Measure guard, backend and page beside their competitors; writes docs/benchmarks.md (suite=reload: one; w=1: write its section)
	@$(py) -m scripts.bench $(if $(n),--rounds $(n)) $(if $(w),-w) $(suite)$(part)

mutants: setup-python ## Change one thing at a time in the pure modules: a test must notice (m=state_machine: in one; new=1: where docs/testing.md has none; j=2: at a time; w=1: to docs/testing.md)
	@$(py) -m scripts.mutants $(if $(new),--new) $(if $(j),-j $(j)) $(if $(w),-w) $(m)

sabotage: setup-all ## Break each promise of the documentation in a copy: its test must turn red (p=F11: one; new=1: those that docs/testing.md lacks; w=1: to docs/testing.md)
	@$(py) -m scripts.sabotage $(if $(new),--new) $(if $(w),-w) $(p)

coverage: setup-all ## What the tests enter, by branch, in every process that they start (t=tests/guard: of some; w=1: to docs/testing.md)
	@$(py) -m scripts.coverage $(if $(w),-w) $(t)

flakes: setup-all build ## Run all tests n=5 times on a machine kept busy, and list what failed (t=tests/stack: some)
	@$(py) -m scripts.flakes -n $(or $(n),5) $(t)

histories: setup-python ## Let clients use several backends while processes, database and network fail, and check what came of it (n=200; seed=7; planted=all: break the backend, it must be noticed; w=1: to docs/testing.md; w=add: to what stands there)
	@PYTHONPATH=webapp/backend $(py) -m scripts.histories $(if $(n),-n $(n)) $(if $(seed),--seed $(seed)) $(if $(planted),--planted $(planted)) $(if $(w),-w $(w))

fuzz: setup-python ## Feed made-up input to whatever reads what comes from elsewhere (t=240: seconds in all; n=Procfile: one; w=1: to docs/security.md)
	@PYTHONPATH=webapp/backend $(py) -m scripts.fuzz $(if $(t),-t $(t)) $(if $(w),-w) $(n)

scaling: setup-python ## Measure several backends on one PostgreSQL: claims, a long queue, a takeover (links=100000; backends=8; w=1: to docs/scaling.md)
	@PYTHONPATH=webapp/backend $(py) -m scripts.scaling $(if $(links),--links $(links)) $(if $(backends),--backends $(backends)) $(if $(w),-w)

outages: setup-python ## Restart, kill and fail over PostgreSQL under running downloads, and measure (n=20; w=1: to docs/scaling.md)
	@PYTHONPATH=webapp/backend $(py) -m scripts.scaling.outages $(if $(n),-n $(n)) $(if $(w),-w)

containers: setup-all ## Build and run all containers with podman or docker, do what may happen to them, and measure (engine=docker; part=single; w=1: write docs/containers.md)
	@PYTHONPATH=webapp/backend $(py) -m scripts.containers $(if $(w),-w) $(if $(part),--part $(part)) $(engine)

##@ Work on it
setup: bootstrap ## Install what `make dev` needs, and nothing else (python=3.13: on that Python, as with any target)
	@$(py) -m scripts.setup runtime node frontend settings

build: setup ## Build the front end into webapp/frontend/dist
	@npm --prefix webapp/frontend run --silent build

check: setup-all ## Lint, formatting, types and imports; changes nothing
	@$(py) -m ruff check
	@$(py) -m ruff format --check
	@$(py) -m mypy
	@.venv/bin/lint-imports --no-cache --no-logo scripts/guard/.importlinter
	@cd webapp/backend && $(CURDIR)/.venv/bin/lint-imports --no-cache --no-logo
	@npm --prefix webapp/frontend run --silent types:check
	@npm --prefix webapp/frontend run --silent typecheck
	@npm --prefix webapp/frontend run --silent lint

format: setup-python ## Format the Python code and fix what the linter can
	@$(py) -m ruff check --fix
	@$(py) -m ruff format

types: setup-all ## Write the page's types of the API anew, after a change of the backend's
	@npm --prefix webapp/frontend run --silent types

docs: setup-python ## Update the generated parts of the documentation
	@PYTHONPATH=webapp/backend $(py) -m scripts.docs

docs-run: setup-python ## Type every command of README and startup guide in a bare container (image=...), into docs/docs-run
	@$(py) -m scripts.newcomer $(image)

site: setup-python ## Build the documentation as a site with search, into dist/site
	@$(py) -m scripts.site

screenshots: setup-all ## Take the pictures of the documentation again, of the running app (all=1: a contact sheet of every state)
	@$(py) -m scripts.screenshots $(if $(all),--all)

lock: setup-python ## Update the locks after a change of pyproject.toml (up=1: to the newest versions)
	@scripts/setup/lock.sh $(if $(up),--upgrade)

update-ytdlp: setup-python ## Install the newest yt-dlp that the project allows, because sites change often
	@scripts/setup/lock.sh --upgrade-package yt-dlp --upgrade-package yt-dlp-ejs
	@$(py) -m scripts.setup development
	@$(py) -m pytest -q tests/backend/runner/test_resume.py

sbom: setup-python ## Write what the app is made of, from the locks: dist/sbom.cdx.json, CycloneDX (w=1: the licences to docs/licences.md)
	@$(py) -m scripts.sbom $(if $(w),-w)

archive: setup-python ## Pack what is committed into dist/sy-media-downloader.tar.gz, for people without git
	@$(py) -m scripts.release.build

release: setup-python ## Commit and tag a version, and build what is handed out: make release v=1.2.3
	@$(py) -m scripts.release $(v)

clean: ## Remove what the set-up installed; downloads, settings and history stay
	@rm -rf .venv webapp/frontend/node_modules webapp/frontend/dist .mypy_cache .pytest_cache .ruff_cache

# Not for typing: what other targets need.
packages: bootstrap
	@$(py) -m scripts.setup runtime

setup-python: bootstrap
	@$(py) -m scripts.setup development

setup-all: bootstrap
	@$(py) -m scripts.setup development node frontend settings browser postgres nginx

bootstrap:
	@sh scripts/setup/python.sh $(python)

help:
	@awk 'BEGIN { FS = ":.*## " } \
	  /^##@/ { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z][a-z-]*:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
