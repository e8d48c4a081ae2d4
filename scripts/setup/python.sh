#!/bin/sh
# python.sh [VERSION | NAME | PATH]: make .venv of the Python that is asked for (make test
# python=3.13), else of the first one that runs and is new enough. The only part of the set-up that
# cannot be Python. Silent and quick when .venv is already as it should be.
set -eu

scripts=${0%/*}
wanted=${1:-}
new_enough='import sys; sys.exit(sys.version_info < (3, 11))'
version='import sys; print("%d.%d.%d" % sys.version_info[:3])'
# The same for an interpreter and for every environment that was made with it.
identity='import os, sys; print(sys.version, os.path.realpath(sys.base_prefix))'

run() { # run PYTHON CODE
    "$1" -ISc "$2" 2>/dev/null
}

is_wanted() { # whether .venv has the Python that is asked for
    case $wanted in
    '') ;;
    [0-9]*) case "$(run .venv/bin/python "$version")." in "$wanted".*) ;; *) return 1 ;; esac ;;
    *) [ "$(run .venv/bin/python "$identity")" = "$(run "$wanted" "$identity")" ] ;;
    esac
}

app_is_running() {
    [ -n "$(.venv/bin/python -m scripts.guard status --json 2>/dev/null)" ]
}

# The programs in .venv/bin name the folder that they were installed in: one that moved is no good.
here=$(pwd -P)
PATH=${PATH#"$here/.venv/bin:"} # what make puts first is not what .venv is made with
was=$here
[ -r .venv/.place ] && read -r was <.venv/.place
old=
if [ "$was" = "$here" ] && run .venv/bin/python "$new_enough"; then
    is_wanted && exit 0
    old=$(run .venv/bin/python "$version")
fi

# A name on PATH proves nothing (a pyenv shim may have no version behind it): run each. Nor does a
# Python that runs: some systems package separately what makes an environment.
without=
for name in ${wanted:-python3.13 python3.12 python3.11 python3.14 python3 python}; do
    python=$(sh "$scripts/find-python.sh" "$name") && run "$python" "$new_enough" || continue
    if [ -n "$old" ] && app_is_running; then
        cat >&2 <<EOF
setup: the app is running on Python $old in .venv, which python=$wanted would replace.
  To fix it: make stop, then type the same command again
EOF
        exit 1
    fi
    [ -z "$old" ] || echo "setup: .venv had Python $old; making it again with $(run "$python" "$version")" >&2
    [ ! -L .venv ] || rm .venv # what a link leads to is somebody else's, and would be emptied
    # Without pip: it takes seconds to unpack, and the packages are uv's to install.
    if said=$("$python" -m venv --clear --without-pip .venv 2>&1); then
        echo "$here" >.venv/.place
        exit 0
    fi
    rm -rf .venv 2>/dev/null || true # what it has begun is no environment
    [ -n "$without" ] || { without=$python && why=$(echo "$said" | tail -n 1); }
done

if [ -n "$without" ]; then
    # python3-venv is for the system's own python3; another version has a package of its own.
    minor='import sys; print("%d.%d" % sys.version_info[:2])'
    needed=$(run "$without" "$minor")
    also=
    [ "$needed" = "$(run python3 "$minor")" ] || also="python$needed-venv"
    cat >&2 <<EOF
setup: $without cannot make .venv: $why
  To fix it: $(sh "$scripts/prerequisites.sh" $also)
  or use another Python: make dev python=/path/to/python3
EOF
elif [ -n "$wanted" ]; then
    cat >&2 <<EOF
setup: python=$wanted: there is no such Python here, or it does not run, or it is older than 3.11.
  A version is looked for on PATH, in pyenv and in uv; found: $(sh "$scripts/find-python.sh" --all)
  To fix it: install it, or name one of these, or a path: make dev python=/path/to/python3
EOF
else
    cat >&2 <<EOF
setup: no Python 3.11 or newer was found (tried: python3.14 to python3.11, python3, python).
  python3 is: $(python3 --version 2>&1 || true)
  To fix it: $(sh "$scripts/prerequisites.sh")
  If your system only has an older one, install Python from https://www.python.org/downloads/
  or name one that you have: make dev python=/path/to/python3
EOF
fi
exit 1
