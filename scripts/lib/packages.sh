# shellcheck shell=bash
# Installs the Debian packages a script needs, if they are missing. Sourced by the scripts beside this folder.

# What building and running the fleet needs besides a Swift toolchain.
readonly BUILD_PACKAGES=(pkg-config librabbitmq-dev libpq-dev libcurl4-openssl-dev libarchive-dev libssl-dev)
readonly SERVER_PACKAGES=(rabbitmq-server postgresql openssl util-linux procps)

# packages_missing NAME…: prints those that dpkg doesn't know as installed, one a line.
packages_missing() {
    local name
    for name in "$@"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || printf '%s\n' "$name"
    done
}

# packages_install NAME…: installs what is missing. Never starts a system-wide broker or database: while it runs, a
# policy-rc.d of our own answers "don't" to every package that wants to start its service.
packages_install() {
    local missing=() sudo=() policy=/usr/sbin/policy-rc.d ours=0 log status=0
    mapfile -t missing < <(packages_missing "$@")
    [ ${#missing[@]} -eq 0 ] && return 0
    if ! command -v apt-get >/dev/null; then
        echo "These Debian packages are needed and there is no apt-get to install them: ${missing[*]}" >&2
        return 69
    fi
    if [ "$(id -u)" != 0 ]; then
        if sudo -n true 2>/dev/null; then
            sudo=(sudo -n)
        else
            echo "These packages are missing; install them as root, then run this again: apt-get install ${missing[*]}" >&2
            return 69
        fi
    fi
    echo "installing ${missing[*]}" >&2
    log=$(mktemp)
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' | "${sudo[@]}" tee "$policy" >/dev/null
        "${sudo[@]}" chmod 755 "$policy"
        ours=1
    fi
    # Another clone may be installing at this moment: wait for its lock.
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive sh -c '
        apt-get -q update &&
        apt-get -q -y -o DPkg::Lock::Timeout=600 install --no-install-recommends "$@"' sh "${missing[@]}" \
        >"$log" 2>&1 || status=$?
    [ "$ours" = 1 ] && "${sudo[@]}" rm -f "$policy"
    if [ "$status" != 0 ]; then
        tail -n 20 "$log" >&2
        echo "Installing ${missing[*]} failed; the end of apt-get's output stands above." >&2
        rm -f "$log"
        return 69
    fi
    rm -f "$log"
}

# swift_check: says what to do when there is no usable Swift toolchain.
swift_check() {
    if ! command -v swift >/dev/null; then
        echo "There is no 'swift' on the PATH. Install a Swift 6.2 (or later) toolchain from https://www.swift.org/install and run this again." >&2
        return 69
    fi
}
