#!/bin/sh
# Finds a Python of 3.11 or newer (installs Debian's where it may) and hands over to setup_environment.py.
set -u
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

newest_python() {
    for name in python3 python3.14 python3.13 python3.12 python3.11 /usr/bin/python3 python; do
        found=$(command -v "$name" 2>/dev/null) || continue
        if "$found" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            echo "$found"
            return 0
        fi
    done
    return 1
}

install_python() {
    command -v python3 >/dev/null 2>&1 && return 1 # there is one, and it is too old: Debian's is the same one
    command -v apt-get >/dev/null 2>&1 || return 1
    if [ "$(id -u)" = 0 ]; then
        as_root=env
    elif sudo -n true 2>/dev/null; then
        as_root="sudo -n env"
    else
        return 1
    fi
    echo "Installing python3 and python3-venv by apt-get."
    $as_root DEBIAN_FRONTEND=noninteractive apt-get update -qq >/dev/null 2>&1
    $as_root DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3 python3-venv >/dev/null
}

python=$(newest_python) || { install_python && python=$(newest_python); } || {
    {
        echo "Outsole needs Python 3.11 or newer, and this machine has none. On Debian 12, Ubuntu 23.04 and later:"
        echo "    sudo apt-get install -y --no-install-recommends python3 python3-venv"
        echo "On Ubuntu 22.04: sudo apt-get install -y --no-install-recommends python3.11 python3.11-venv"
    } >&2
    exit 1
}
exec "$python" "$here/setup_environment.py" "$@"
