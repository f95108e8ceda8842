#!/bin/sh
# Runs the first Python (3.8 or newer) that works with the arguments given. Set-up uses
# it only to look for the Python 3.10 that the assistant itself runs on.
for candidate in "${PYTHON:-python3.10}" python3 python3.10 python3.11 python3.12 python3.13 python; do
    if [ "$("$candidate" -c 'import sys; print(sys.version_info >= (3, 8))' 2>/dev/null)" = True ]; then
        exec "$candidate" "$@"
    fi
done
echo "Blina needs Python 3.10, and this machine has no Python 3 at all: install it (Ubuntu 22.04: sudo apt install python3.10 python3.10-venv; elsewhere: pyenv install 3.10) and run the same command again." >&2
exit 1
