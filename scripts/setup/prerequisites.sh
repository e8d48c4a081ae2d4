#!/bin/sh
# Print what to paste on this system to have what the set-up needs, as README.md has it: tests/docs
# keeps them equal.
set -eu

has() {
    command -v "$1" >/dev/null 2>&1
}

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
