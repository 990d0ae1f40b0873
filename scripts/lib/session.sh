# shellcheck shell=bash
# What demo, test and chaos have in common: where things lie, one run at a time in a clone, an orderly end however the run
# ends, and a record of where the time went. Sourced.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=scripts/lib/packages.sh
. "$ROOT/scripts/lib/packages.sh"
# shellcheck source=scripts/lib/servers.sh
. "$ROOT/scripts/lib/servers.sh"

PHASE_NAMES=() PHASE_SECONDS=() PHASE_SINCE=
WORKER_PIDS=() CHILD=

say() { printf '%s\n' "$*" >&2; }
fail() { say "${0##*/}: $1"; exit "${2:-1}"; }
now_ms() { date +%s%3N; }

# session_begin NAME: state goes to .local/NAME; a second run of the same kind in this clone is refused.
session_begin() {
    SESSION=$1 STATE=$ROOT/.local/$1
    mkdir -p "$ROOT/.local"
    exec 9>"$ROOT/.local/$1.lock"
    flock -n 9 || fail "another run of scripts/$1 is under way in this clone" 69
}

# session_guard FUNCTION: calls it once on any exit: the end, an error, ^C, a closed terminal, TERM.
session_guard() {
    SESSION_END=$1
    trap 'session_over $?' EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
}

session_over() {
    trap - EXIT
    trap '' HUP INT TERM
    foreground_end
    "$SESSION_END" "$1"
    exit "$1"
}

# foreground [-t SECONDS] COMMAND…: runs it to its end, at most so long (then 124), in a session of its own. The shell
# handles signals only between commands; looking now and then lets ^C end a long build at once, with all it started.
foreground() {
    local deadline=0 status=0
    if [ "$1" = -t ]; then
        deadline=$((SECONDS + $2))
        shift 2
    fi
    setsid "$@" 9>&- &
    CHILD=$!
    while kill -0 "$CHILD" 2>/dev/null; do
        if [ "$deadline" -gt 0 ] && [ "$SECONDS" -ge "$deadline" ]; then
            foreground_end
            return 124
        fi
        sleep 0.1
    done
    wait "$CHILD" || status=$?
    CHILD=''
    return "$status"
}

# Everything of the session: the package manager runs its children in process groups of their own.
foreground_end() {
    local signal pids
    [ -n "$CHILD" ] || return 0
    for signal in TERM KILL; do
        mapfile -t pids < <(pgrep -s "$CHILD")
        [ ${#pids[@]} -eq 0 ] && break
        kill "-$signal" "${pids[@]}" 2>/dev/null
        sleep 0.5
    done
    wait "$CHILD" 2>/dev/null
    CHILD=''
}

# phase NAME: the time from here to the next phase counts as NAME's.
phase() {
    phase_close
    PHASE_NAMES+=("$1")
    PHASE_SINCE=$(now_ms)
}

phase_close() {
    [ -n "$PHASE_SINCE" ] && PHASE_SECONDS+=("$(awk -v ms="$(($(now_ms) - PHASE_SINCE))" 'BEGIN { printf "%.1f", ms / 1000 }')")
    PHASE_SINCE=
}

# phase_report: one line, "packages 12.0 s, build 201.4 s, …".
phase_report() {
    local i line=
    phase_close
    for i in "${!PHASE_NAMES[@]}"; do line+="${line:+, }${PHASE_NAMES[$i]} ${PHASE_SECONDS[$i]} s"; done
    printf '%s\n' "$line"
}

# phase_json: {"packages":12.0,…}
phase_json() {
    local i line=
    phase_close
    for i in "${!PHASE_NAMES[@]}"; do line+="${line:+,}\"${PHASE_NAMES[$i]}\":${PHASE_SECONDS[$i]}"; done
    printf '{%s}\n' "$line"
}

# worker_start LOG COMMAND…: runs it in the background in a session of its own; its id is WORKER_PID.
worker_start() {
    local log=$1
    shift
    setsid "$@" >>"$log" 2>&1 </dev/null 9>&- &
    WORKER_PID=$!
    WORKER_PIDS+=("$WORKER_PID")
}

# workers_end SECONDS: TERM to all that were started, a budget to drain in, then KILL.
workers_end() {
    local pid deadline=$((SECONDS + $1))
    [ ${#WORKER_PIDS[@]} -eq 0 ] && return 0
    for pid in "${WORKER_PIDS[@]}"; do kill -TERM "$pid" 2>/dev/null; done
    for pid in "${WORKER_PIDS[@]}"; do
        while kill -0 "$pid" 2>/dev/null && [[ $(cat "/proc/$pid/stat" 2>/dev/null) != *') Z '* ]]; do
            if [ "$SECONDS" -ge "$deadline" ]; then kill -KILL "$pid" 2>/dev/null; fi
            sleep 0.05
        done
    done
    WORKER_PIDS=()
}
