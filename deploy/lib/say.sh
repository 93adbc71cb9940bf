# shellcheck shell=bash
# Words to the person in front: one line per step with its seconds, and errors that carry a remedy.
# Sourced by the scripts beside it, by deploy/demo and by tests/run.

say() { printf '%s\n' "$*"; }
warn() { printf '%s\n' "$*" >&2; }

# die [-CODE] MESSAGE...: one line per argument on stderr, then exit (1 unless told).
die() {
    local code=1
    if [[ $1 =~ ^-[0-9]+$ ]]; then code=${1#-}; shift; fi
    printf '%s\n' "$@" >&2
    exit "$code"
}

# Milliseconds of a clock that only serves for differences.
now_ms() { local t=${EPOCHREALTIME/[.,]/}; echo "${t%???}"; }

# seconds_since START_MS: "12.3 s".
seconds_since() {
    local d=$(($(now_ms) - $1))
    printf '%d.%d s' $((d / 1000)) $((d % 1000 / 100))
}

# A line that is rewritten every second while a step runs; on a terminal only.
say_ticking() {
    local what=$1 start=$2
    while sleep 1; do
        printf '\r  %-58s %10s' "$what" "$(seconds_since "$start")"
    done
}

# step WHAT COMMAND...: runs COMMAND with its output kept aside, prints "WHAT  12.3 s".
# A failure prints the kept output's end and returns the command's exit code.
# COMMAND may be a function; it runs in a subshell. Chain its commands with &&: bash ignores
# errexit in all that is called left of an ||, and a step is nearly always called so.
step() {
    local what=$1 log start rc=0 ticker='' job
    shift
    log=$(mktemp "${TMPDIR:-/tmp}/tillbridge-step.XXXXXX")
    start=$(now_ms)
    if [[ -t 1 ]]; then
        printf '  %-58s' "$what"
        say_ticking "$what" "$start" & ticker=$!
    fi
    ("$@") >"$log" 2>&1 </dev/null & job=$!
    wait "$job" || rc=$?
    if [[ -n $ticker ]]; then
        kill "$ticker" 2>/dev/null || true
        wait "$ticker" 2>/dev/null || true
        printf '\r'
    fi
    if ((rc == 0)); then
        printf '  %-58s %10s\n' "$what" "$(seconds_since "$start")"
    else
        printf '  %-58s %10s  FAILED (exit %d)\n' "$what" "$(seconds_since "$start")" "$rc"
        tail -n "${STEP_TAIL:-30}" "$log" | sed 's/^/    | /'
    fi
    rm -f "$log"
    return "$rc"
}
