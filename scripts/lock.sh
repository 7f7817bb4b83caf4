#!/usr/bin/env bash
# Writes both locks anew from pyproject.toml: exact versions and hashes of everything, for every Python from 3.11 on.
# What is locked stays as it is while it still fits; pass --upgrade for the newest of everything.
set -eu
cd "$(dirname "$0")/.."
export UV_CUSTOM_COMPILE_COMMAND="make lock"

compile() {
    .venv/bin/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links "$@"
}

compile --group build --output-file requirements.lock "$@"
compile --group build --group dev --constraint requirements.lock --output-file requirements-dev.lock "$@"
