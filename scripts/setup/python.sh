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

if [ -n "$without" ]; then
    package=$("$without" -ISc 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    cat >&2 <<EOF
setup: .venv cannot be made; $without -m venv says: $why
  To mend it, where a module is missing (Debian, Ubuntu, WSL): sudo apt-get install $package
  else what it names; or name another Python: make dev PYTHON=/path/to/python3
EOF
    exit 1
fi
cat >&2 <<EOF
setup: no Python 3.11 or newer was found (tried: ${PYTHON:-python3.14 to python3.11, python3, python}).
  python3 is: $(python3 --version 2>&1 || true)
  To mend it: install one (Debian, Ubuntu, WSL: sudo apt install python3 python3-venv; macOS: brew install python@3.13),
  or name one: make dev PYTHON=/path/to/python3
EOF
exit 1
