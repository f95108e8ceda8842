#!/bin/sh
# Prints the path of a Chromium for the browser tests; installs Debian's if there is none.
# CHROMIUM=/path/to/chrome overrules the search.
set -eu

if [ -n "${CHROMIUM:-}" ]; then
    if [ -x "$CHROMIUM" ]; then
        echo "$CHROMIUM"
        exit 0
    fi
    echo "Stopped: CHROMIUM=$CHROMIUM is not a program." >&2
    exit 1
fi

find_chromium() {
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        if command -v "$name"; then
            return 0
        fi
    done
    return 1
}

find_chromium && exit 0

as_root=""
if [ "$(id -u)" -ne 0 ]; then
    as_root="sudo -n"
fi
if command -v apt-get >/dev/null && { [ -z "$as_root" ] || $as_root true 2>/dev/null; }; then
    echo "== Installing Chromium for the browser tests" >&2
    export DEBIAN_FRONTEND=noninteractive
    {
        $as_root apt-get update -qq && $as_root apt-get install -y -qq --no-install-recommends chromium
    } </dev/null >/dev/null || true
    find_chromium && exit 0
fi

echo "Stopped: the browser tests need Chromium or Chrome: install one (Debian: sudo apt install chromium) or set CHROMIUM to the path of one, and run the same command again." >&2
exit 1
