#!/bin/sh
# prerequisites.sh [PACKAGE...]: print what to paste on this system to have what the set-up needs (on
# Debian and its kin, these packages too), as README.md has it: tests/docs keeps them equal.
set -eu

has() {
    command -v "$1" >/dev/null 2>&1
}

sudo='' open='' close=''
if has sudo; then
    sudo='sudo '
elif [ "$(id -u)" != 0 ]; then # a Debian whose root was given a password has no sudo
    open="su - -c '" close="'"
fi

if has apt-get; then
    packages="git make python3 python3-venv${*:+ $*}"
    echo "$open${sudo}apt update && ${sudo}apt install -y $packages$close"
elif has dnf; then
    echo "$open${sudo}dnf install -y git make python3$close"
elif has pacman; then
    echo "$open${sudo}pacman -S --needed git make python$close"
elif has brew; then
    echo "brew install git python@3.13"
else
    echo "install git, make and Python 3.11 or newer with its venv module"
fi
