#!/bin/sh
# Sees that programs are there that the tests run beside the assistant; installs Debian's if they are not.
# Starts none of them.
#   sh scripts/install_programs.sh haproxy:haproxy nginx:nginx-light    (program:package)
set -eu

# Debian keeps each version of PostgreSQL in a folder of its own
PATH="$PATH:/usr/sbin:/sbin:$(echo /usr/lib/postgresql/*/bin | tr " " ":")"

missing() {
    for wanted in "$@"; do
        command -v "${wanted%%:*}" >/dev/null || echo "${wanted##*:}"
    done
}

packages="$(missing "$@")"
[ -n "$packages" ] || exit 0

as_root=""
if [ "$(id -u)" -ne 0 ]; then
    as_root="sudo -n"
fi
if command -v apt-get >/dev/null && { [ -z "$as_root" ] || $as_root true 2>/dev/null; }; then
    echo "== Installing for the tests:" $packages >&2
    export DEBIAN_FRONTEND=noninteractive
    # a package that starts its server here would take ports of this machine
    policy=/usr/sbin/policy-rc.d
    made=""
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null && $as_root chmod +x "$policy" && made=yes
    fi
    {
        $as_root apt-get update -qq && $as_root apt-get install -y -qq --no-install-recommends $packages
    } </dev/null >/dev/null || true
    [ -z "$made" ] || $as_root rm -f "$policy"
    packages="$(missing "$@")"
    [ -n "$packages" ] || exit 0
fi

echo "Stopped: these tests need programs: install them (Debian: sudo apt install" $packages") and run the same command again." >&2
exit 1
