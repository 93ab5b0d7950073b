#!/bin/sh
# Make the virtual environment with citynet in it. What the machine lacks is installed first.
# Usage: labs/setup.sh VENV
set -eu
venv=${1:?the folder of the virtual environment}
here=$(cd "$(dirname "$0")" && pwd)

case ${PYTHON-python3} in
*[![:space:]]*) ;;
*)
    echo "PYTHON is set and empty, expected a Python such as /usr/bin/python3.12; unset it" >&2
    exit 1
    ;;
esac

sh "$here/bootstrap.sh"

find_python() {
    for each in ${PYTHON-} python3.13 python3.12 python3.11 python3; do
        "$each" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
            2>/dev/null && echo "$each" && return
    done
    echo "citynet needs Python 3.11, 3.12 or 3.13 with venv; set PYTHON=/path/to/it" >&2
    return 1
}

python=$(find_python)
begin=$(date +%s)
echo "setup: $venv with $("$python" --version)"
[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --editable "$here/..[dev]"
echo "setup: $venv/bin/citynet is ready ($(($(date +%s) - begin)) s)"
