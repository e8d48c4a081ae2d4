#!/bin/sh
# Make .venv with the first Python that runs and is new enough. The only part of the set-up that
# cannot be Python. Silent and quick when .venv is already there.
set -eu

fits='import sys; sys.exit(sys.version_info < (3, 11))'
here=$(pwd -P)
# The programs in .venv/bin name the folder that they were installed in: one that moved is no good.
was=$here
[ -r .venv/.place ] && read -r was <.venv/.place
[ "$was" = "$here" ] && .venv/bin/python -ISc "$fits" 2>/dev/null && exit 0

# A name on PATH proves nothing (a pyenv shim may have no version behind it): run each. Nor does a
# Python that runs: some systems pack what makes an environment separately.
without=
for python in ${PYTHON:-python3.13 python3.12 python3.11 python3.14 python3 python}; do
    "$python" -ISc "$fits" 2>/dev/null || continue
    # Without pip: it takes seconds to unpack, and the packages are uv's to install.
    if said=$("$python" -m venv --clear --without-pip .venv 2>&1); then
        echo "$here" >.venv/.place
        exit 0
    fi
    rm -rf .venv 2>/dev/null || true # what it has begun is no environment
    [ -n "$without" ] || { without=$python && why=$(echo "$said" | tail -n 1); }
done

# What to paste on this system, as README.md has it: tests/docs keeps them equal.
prerequisites() {
    has() { command -v "$1" >/dev/null 2>&1; }
    root='sudo '
    has sudo || root= # a container's root has none
    if has apt-get; then
        echo "${root}apt update && ${root}apt install -y git make python3 python3-venv"
    elif has dnf; then
        echo "${root}dnf install -y git make python3"
    elif has pacman; then
        echo "${root}pacman -S --needed git make python"
    elif has brew; then
        echo "brew install git python@3.13"
    else
        echo "install git, make and Python 3.11 or newer with its venv module"
    fi
}

if [ -n "$without" ]; then
    # The line above brings the module for python3; another version has a package of its own.
    version='import sys; print("%d.%d" % sys.version_info[:2])'
    needed=$("$without" -ISc "$version")
    also=
    [ "$needed" = "$(python3 -ISc "$version" 2>/dev/null)" ] || also=" python$needed-venv"
    cat >&2 <<EOF
setup: $without cannot make .venv: $why
  To fix it: $(prerequisites)$also
  or use another Python: make dev PYTHON=/path/to/python3
EOF
    exit 1
fi
cat >&2 <<EOF
setup: no Python 3.11 or newer was found (tried: ${PYTHON:-python3.14 to python3.11, python3, python}).
  python3 is: $(python3 --version 2>&1 || true)
  To fix it: $(prerequisites)
  If your system only has an older one, install Python from https://www.python.org/downloads/
  or name one that you have: make dev PYTHON=/path/to/python3
EOF
exit 1
