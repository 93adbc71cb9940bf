# shellcheck shell=bash
# The stages of tests/run. A stage is a function that prints what a person needs when something fails
# and reports its counts with `count`; a non-zero exit without a counted failure counts as one.

# Used from tests/run: root (the project), run_dir, long and pattern (its arguments), stages.
# shellcheck disable=SC2034,SC2154

# name | group | needs | function | what
# needs: build, run, browser, node: what must be installed (node: also the Node packages and Kafka);
# long: only with --long
stages=(
    "format|lint||format|clang-format of every C file"
    "shell|lint||shell|shellcheck of every shell script"
    "build-gcc|build|build|build_gcc|gcc, ASan+UBSan, -Werror (preset dev)"
    "build-clang|build|build|build_clang|clang, ASan+UBSan, -Werror (preset clang)"
    "build-release|build|build|build_release|gcc -O2, -Werror (preset release)"
    "unit|ctest|build run|unit|CTest label unit: one module at a time, SQL on SQLite and PostgreSQL"
    "golden|ctest|build|ctest|CTest label golden: inputs and readable expected plans in files"
    "property|ctest|build|ctest|CTest label property: invariants over random cases"
    "purity|ctest|build|ctest|CTest label purity: the core libraries do no I/O"
    "ctest-lint|ctest|build|ctest_lint|CTest label lint: generated documents are current"
    "fuzz|ctest|build|ctest|CTest label fuzz: every input that a fuzzer found worth keeping"
    "support|node|node|node|the tests' own tools: real servers started, broken, stopped"
    "shopify|node|node|node|the Shopify stand-in"
    "rms|node|node|node|the RMS-shaped databases"
    "docs|node|build node|node_built|the documentation is current"
    "tillctl|node|build node|node_built|tillctl from outside, over real Kafka and Redis"
    "openapi|node|build node|node_built|each operation of the HTTP interface against its OpenAPI document"
    "tsql|node|build node|node_built|every T-SQL text parses, is not newer than 2008, writes one row"
    "e2e|node|build node browser|node_built|the whole pipeline over real Kafka, Redis and databases"
    "complete|lint|build|complete|every test in the tree is run by a stage"
    "tidy|lint|build|tidy|clang-tidy, one file at a time"
    "fuzz-live|long|build long|fuzz_live|every fuzz target for a minute (preset fuzz)"
    "mutants|long|build node long|mutants|tests/mutate: changes to the reconciler that its tests must notice"
    "valgrind|long|build run long|valgrind|CTest label unit under valgrind, without sanitizers"
)

# Labels of CTest that have a stage above.
ctest_labels='unit|golden|property|purity|fuzz|lint'

# count STAGE PASSED FAILED [SKIPPED]
count() { echo "$2 $3 ${4:-0}" >>"$run_dir/counts/$1"; }

sum_counts() {
    touch "$run_dir/counts/$1"
    awk '{ p += $1; f += $2; s += $3 } END { print p + 0, f + 0, s + 0 }' "$run_dir/counts/$1"
}

# Every file of ours that ends so, NUL-separated.
c_files() { find common services tests -name node_modules -prune -o \( "$@" \) -type f -print0; }

stage_format() {
    local files
    mapfile -d '' files < <(c_files -name '*.[ch]')
    ((${#files[@]})) || { echo "  no C file found"; return 1; }
    clang-format-14 --dry-run -Werror "${files[@]}" || {
        echo "  Remedy: clang-format-14 -i FILE"
        return 1
    }
    count "$1" 1 0
}

stage_shell() {
    local files
    mapfile -d '' files < <(find deploy tests .ci -name node_modules -prune -o -type f -print0 |
        xargs -0 grep -lZE -m1 '^#!.*\b(ba)?sh$|^# shellcheck shell=')
    ((${#files[@]})) || { echo "  no shell script found"; return 1; }
    shellcheck -x "${files[@]}" || return 1
    count "$1" 1 0
}

# ccache, where a person has it, makes the second clean build quick; nothing depends on it.
use_ccache() {
    command -v ccache >/dev/null || return 0
    export CMAKE_C_COMPILER_LAUNCHER=ccache CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1
}

# build PRESET: configures and builds under a lock, since two runs may share this checkout.
build() {
    local preset=$1
    [[ -f CMakeLists.txt ]] || { echo "  there is no CMakeLists.txt"; return 1; }
    mkdir -p build
    use_ccache
    (
        flock -w 1800 9 || { echo "  build/$preset.lock is held for half an hour"; exit 1; }
        cmake --preset "$preset" >"$TMPDIR/configure-$preset" 2>&1 9>&- || { cat "$TMPDIR/configure-$preset"; exit 1; }
        cmake --build --preset "$preset" -j "$(nproc)" 9>&- >"$TMPDIR/build-$preset" 2>&1 ||
            { grep -vE '^\[[0-9]+/[0-9]+\] (Building|Linking)' "$TMPDIR/build-$preset"; exit 1; }
    ) 9>"build/$preset.lock"
}

# Builds what a stage runs, unless this run has built it already.
built() {
    [[ -e $run_dir/built-$1 ]] && return
    [[ ! -e $run_dir/broken-$1 ]] || { echo "  not run: the build of preset $1 failed"; return 1; }
    if build "$1"; then touch "$run_dir/built-$1"; else touch "$run_dir/broken-$1"; return 1; fi
}

stage_build_gcc() { built dev && count "$1" 1 0; }
stage_build_clang() { built clang && count "$1" 1 0; }
stage_build_release() { built release && count "$1" 1 0; }

# count_ctest STAGE LOG: counts from what CTest printed at its end; fails when it did not come so far.
count_ctest() {
    local all failed skipped
    all=$(sed -nE 's/.* tests? failed out of ([0-9]+)$/\1/p' "$2")
    failed=$(sed -nE 's/^[0-9]+% tests passed, ([0-9]+) tests? failed.*/\1/p' "$2")
    skipped=$(grep -cE '\*\*\*(Skipped|Not Run)' "$2" || true)
    sed -nE 's/^.*Test +#[0-9]+: ([^ ]+) .*\*\*\*(Skipped|Not Run).*/  note: skipped: \1/p' "$2"
    [[ -n $all ]] && count "$1" $((all - failed - skipped)) "$failed" "$skipped"
}

# run_ctest STAGE LABEL BUILD [COMMAND...]: runs CTest's tests of a label, by way of COMMAND if there is
# one, and prints those that failed.
run_ctest() {
    local stage=$1 label=$2 dir=$3 rc=0 log=$TMPDIR/ctest-$1 limit=300
    shift 3
    [[ -z $long ]] || limit=3600
    "$@" ctest --test-dir "$dir" -L "^($label)\$" ${pattern:+-R "$pattern"} --no-tests=error \
        --output-on-failure --timeout "$limit" -j "$(nproc)" >"$log" 2>&1 || rc=$?
    ((rc == 0)) || sed -E '/ Passed +[0-9.]+ sec$/d; /^ +Start +[0-9]+: /d; /^Label Time Summary/,$d' "$log"
    count_ctest "$stage" "$log"
}

stage_unit() { built dev && run_ctest "$1" unit build/dev node tests/support/with_postgres.mjs; }
stage_ctest() {
    [[ -z $long ]] || export TB_CASES=20000 # of each property
    built dev && run_ctest "$1" "$1" build/dev
}
stage_ctest_lint() { built dev && run_ctest "$1" lint build/dev; }

# Tests that no stage would run: of CTest for lack of a known label, of Node for lack of a stage.
unreached_tests() {
    local folders
    ctest --test-dir build/dev -N -LE "^($ctest_labels)\$" | sed -nE 's/^ +Test +#[0-9]+: (.*)/  CTest \1/p'
    folders=$(printf '%s\n' "${stages[@]}" | awk -F'|' '$4 ~ /^node/ { print $1 }' | paste -sd'|')
    find tests -name node_modules -prune -o -name '*.test.mjs' -print | grep -vE "^tests/($folders)/" | sed 's/^/  /'
}

stage_complete() {
    local lost
    built dev || return
    lost=$(unreached_tests)
    [[ -z $lost ]] || { echo "  no stage runs these tests:" "$lost"; return 1; }
    count "$1" 1 0
}

# run_node_file STAGE FILE LIMIT_S: one test file in a process of its own.
run_node_file() {
    local stage=$1 file=$2 limit=$3 rc=0 start passed=0 failed=0 skipped=0
    start=$(now_ms)
    rm -f "$TMPDIR/totals" "$TMPDIR/report" "$TMPDIR/output"
    TILLBRIDGE_TOTALS=$TMPDIR/totals setpriv --pdeathsig TERM -- \
        timeout -k 30 "$limit" node --test-reporter="$root/tests/support/reporter.mjs" \
        --test-reporter-destination="$TMPDIR/report" "$file" >"$TMPDIR/output" 2>&1 || rc=$?
    [[ ! -s $TMPDIR/totals ]] || read -r passed failed skipped <"$TMPDIR/totals"
    if ((rc == 124)); then echo "  $file: not done within $limit s"; fi
    if ((rc == 0 && passed + failed + skipped == 0)); then echo "  $file has no test"; rc=1; fi
    if ((rc && failed == 0)); then failed=1; fi
    count "$stage" "$passed" "$failed" "$skipped"
    cat "$TMPDIR/report" 2>/dev/null || true
    ((failed == 0)) && return
    echo "  $file: exit code $rc after $(seconds_since "$start"); the end of its output:"
    tail -n 60 "$TMPDIR/output" | sed 's/^/    | /'
}

# run_node STAGE FOLDER LIMIT_S: all test files of a folder, one after the other.
run_node() {
    local stage=$1 folder=$2 limit=$3 files file
    mapfile -t files < <(find "$folder" -name '*.test.mjs' -not -path '*/node_modules/*' 2>/dev/null |
        sort | grep -E -e "${pattern:-.}")
    ((${#files[@]})) || { echo "  no file *.test.mjs in $folder${pattern:+ matches $pattern}"; return 1; }
    for file in "${files[@]}"; do run_node_file "$stage" "$file" "$limit"; done
}

# Seconds that one test file may take.
node_limit_s() {
    if [[ -n $long ]]; then echo 3600; elif [[ $1 == e2e ]]; then echo 900; else echo 300; fi
}

stage_node() { run_node "$1" "tests/$1" "$(node_limit_s "$1")"; }
stage_node_built() { built "${TILLBRIDGE_PRESET:-dev}" && stage_node "$1"; }

# One file per process: given several, clang-tidy 14 invents findings (LLVM bug 41311).
tidy_one() {
    clang-tidy-14 --quiet -p build/clang "$1" >"$TMPDIR/tidy-$$" 2>&1 && { count tidy 1 0; return; }
    count tidy 0 1
    grep -vE '^[0-9]+ warnings? (generated|treated)|^Suppressed ' "$TMPDIR/tidy-$$"
}

stage_tidy() {
    local files
    built clang || return
    mapfile -t files < <(sed -nE 's/^ *"file": "(.*)",?$/\1/p' build/clang/compile_commands.json | sort -u |
        grep -E -e "${pattern:-.}")
    ((${#files[@]})) || { echo "  build/clang/compile_commands.json names no file"; return 1; }
    export -f tidy_one count
    export run_dir
    # shellcheck disable=SC2016  # $0 is the inner shell's: the file
    printf '%s\0' "${files[@]}" | xargs -0 -n 1 -P "$(nproc)" bash -c 'tidy_one "$0"'
}

stage_fuzz_live() {
    local target corpus found rc=0
    built fuzz || return
    for target in build/fuzz/bin/fuzz_*; do
        [[ -x $target ]] || { echo "  no fuzz target in build/fuzz/bin"; return 1; }
        corpus=tests/fuzz/corpus/${target##*/fuzz_}
        found=$TMPDIR/found-${target##*/}
        mkdir -p "$found" "$TMPDIR/new"
        if "$target" -max_total_time="${FUZZ_SECONDS:-60}" -timeout=10 -rss_limit_mb=2048 \
            -artifact_prefix="$found/" "$TMPDIR/new" "$corpus" >"$TMPDIR/fuzz" 2>&1; then
            count "$1" 1 0
        else
            rc=1
            count "$1" 0 1
            tail -n 60 "$TMPDIR/fuzz"
            base64 "$found"/* | sed 's/^/  input, base64: /'
        fi
        rm -rf "$TMPDIR/new"
    done
    return "$rc"
}

# A build of its own: sanitizers and valgrind do not go together. CTest starts a test's program by way
# of the "emulator"; the tests' own time limits are too short for it.
build_valgrind() {
    local emulator="valgrind;-q;--error-exitcode=9;--leak-check=full;--errors-for-leak-kinds=definite"
    emulator+=";--suppressions=$root/tests/support/valgrind.supp"
    cmake -S . -B build/valgrind -G Ninja -DCMAKE_C_FLAGS="-O1 -g" -DCMAKE_CROSSCOMPILING_EMULATOR="$emulator" &&
        cmake --build build/valgrind -j "$(nproc)" &&
        find build/valgrind -name CTestTestfile.cmake -exec sed -i 's/TIMEOUT "[0-9]*"/TIMEOUT "3600"/' {} +
}

# In a build of its own; a line of the log for each change.
stage_mutants() {
    local rc=0 log=$TMPDIR/mutants
    tests/mutate/mutate >"$log" 2>&1 || rc=$?
    count "$1" "$(grep -c '^noticed ' "$log" || true)" "$(grep -cE '^(SURVIVED|STALE) ' "$log" || true)"
    grep -vE '^noticed ' "$log" || true
    return "$rc"
}

stage_valgrind() {
    mkdir -p build
    build_valgrind >"$TMPDIR/valgrind" 2>&1 || { tail -n 60 "$TMPDIR/valgrind"; return 1; }
    run_ctest "$1" unit build/valgrind node tests/support/with_postgres.mjs
}
