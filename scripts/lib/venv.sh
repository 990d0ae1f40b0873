# shellcheck shell=bash
# The Pythons with pinned packages that scripts compare or measure with. Sourced after session.sh.

# venv_make NAME REQUIREMENTS: makes .local/NAME-venv, where it is not so already; VENV is where it lies.
venv_make() {
    VENV=$ROOT/.local/$1-venv
    cmp -s "$VENV/requirements.txt" "$2" && return 0
    say "installing the packages into .local/$1-venv"
    rm -rf "$VENV"
    foreground python3 -m venv "$VENV" || fail "python3 -m venv failed" 69
    foreground "$VENV/bin/pip" -q --disable-pip-version-check install -r "$2" >&2 || fail "pip could not install ${2#"$ROOT/"}" 69
    cp "$2" "$VENV/requirements.txt"
}
