#!/usr/bin/env bash
# Installs these Debian packages where they are missing and we may: scripts/system_deps.sh curl chromium postgresql …
# Says what is missing where we may not, and fails.
set -eu

present() {
    case $1 in
        postgresql) compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null ;;
        fonts-* | lib*) ! command -v dpkg >/dev/null || dpkg -s "$1" >/dev/null 2>&1 ;;
        *) command -v "$1" >/dev/null ;;
    esac
}

missing=()
for package in "$@"; do
    present "$package" || missing+=("$package")
done
[ ${#missing[@]} = 0 ] && exit 0

root=()
if [ "$(id -u)" != 0 ]; then
    root=(sudo -n)
fi
if ! command -v apt-get >/dev/null || ! "${root[@]}" true 2>/dev/null; then
    echo "Install these first: ${missing[*]}" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
"${root[@]}" apt-get update -qq
"${root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}"
