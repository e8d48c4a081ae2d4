#!/bin/sh
# find-python.sh VERSION | NAME | PATH: print the path of the Python that is meant; exit 1: none runs.
# find-python.sh --all: the versions, from 3.11 on, that it would find.
#
# A version is looked for on PATH, then among those that pyenv and uv have installed. Each is run
# before it is believed: a pyenv shim may have no version behind it.
set -eu

on_path() {
    echo "python$1"
}

in_pyenv() { # the newest first
    versions=${PYENV_ROOT:-${HOME:-}/.pyenv}/versions
    ls -d "$versions/$1/bin/python" "$versions/$1".*/bin/python 2>/dev/null | sort -rV
}

in_uv() {
    uv python find --no-project --no-python-downloads "$1" 2>/dev/null
}

first_that_is() { # first_that_is VERSION, of the programs on standard input
    while read -r python; do
        case $(runs "$python"). in "$1".*) command -v "$python" && return ;; esac
    done
    return 1
}

runs() { # prints its version
    "$1" -ISc 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null
}

find() {
    for source in on_path in_pyenv in_uv; do
        $source "$1" | first_that_is "$1" && return
    done
    return 1
}

case $1 in
--all)
    for minor in 11 12 13 14 15; do
        python=$(find "3.$minor") && runs "$python"
    done | paste -sd ' ' -
    ;;
[0-9]*) find "$1" ;;
*) runs "$1" >/dev/null && command -v "$1" ;;
esac
