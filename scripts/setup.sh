#!/usr/bin/env bash
# Makes .venv as the given lock says, and builds the browser client: scripts/setup.sh requirements.lock
# Does nothing where it is so already. PYTHON=… chooses the interpreter.
set -eu
cd "$(dirname "$0")/.."
lock=$1
venv=.venv

say() { printf '%s\n' "$*" >&2; }
die() { say "$@"; exit 1; }

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
    local name
    for name in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
        if new_enough "$name"; then
            echo "$name"
            return
        fi
    done
    die "Ryadom needs Python 3.11 or newer, and none of these is one: ${PYTHON:-python3 python3.13 python3.12 python3.11}." \
        "Install it, or name it: make PYTHON=/path/to/python3"
}

# Debian and Ubuntu keep the part of Python that makes environments in a package of its own.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        sudo -n "$@"
    else
        return 1
    fi
}

install_venv_module() {
    local package
    package="$("$1" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
    local advice="This Python cannot make virtual environments. Install the package $package and run this again."
    command -v apt-get >/dev/null || die "$advice"
    say "Installing $package"
    export DEBIAN_FRONTEND=noninteractive
    as_root apt-get update -qq >&2 || die "$advice"
    as_root apt-get install -y -qq "$package" >&2 || die "$advice"
}

make_venv() {
    local python
    python="$(find_python)"
    "$python" -c 'import ensurepip, venv' 2>/dev/null || install_venv_module "$python"
    say "Making $venv with $("$python" --version)"
    rm -rf "$venv"
    "$python" -m venv "$venv" || die "'$python -m venv $venv' failed; see above."
}

pip_install() {
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input "$@"
}

if ! new_enough "$venv/bin/python" || ! "$venv/bin/python" -c 'import pip' 2>/dev/null; then
    make_venv
fi

# What the environment was last made from. The folder is part of it: an environment cannot be moved.
stamp="$venv/made-from-$lock"
wanted="$(pwd; cat "$lock" pyproject.toml)"
if [ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$wanted" ]; then
    say "Installing what $lock says"
    pip_install --require-hashes -r "$lock"
    # The build backend is in the lock too, so nothing is fetched that is not.
    pip_install --no-build-isolation --no-deps --editable .
    printf '%s\n' "$wanted" >"$stamp"
fi

exec "$venv/bin/python" scripts/build_web.py
