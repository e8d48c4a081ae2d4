#!/bin/sh
# Compile the locks from pyproject.toml: every platform, every Python from 3.11, hashes, no
# index addresses (the machine's own settings say where packages come from).
set -eu

uv=$(command -v uv || echo .venv/bin/uv)
# shellcheck disable=SC2086 # words on purpose
lock() { # lock FILE SOURCE...
    file=$1
    shift
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-package procguard --no-emit-index-url --no-annotate --custom-compile-command "make lock" \
        $upgrades --output-file "$file" "$@"
}

upgrades=$* # as uv takes them: --upgrade, --upgrade-package NAME
lock requirements.txt pyproject.toml
lock requirements-dev.txt pyproject.toml --group dev --constraints requirements.txt
lock requirements-node.txt --group node
lock requirements-uv.txt --group uv
lock requirements-pip.txt --group pip
