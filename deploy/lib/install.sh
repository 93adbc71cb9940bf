#!/usr/bin/env bash
# Installs what a Debian 12 lacks for building, running and testing tillbridge, and nothing else.
#
#   install.sh [build] [run] [test] [browser] [long]    Debian packages for these purposes
#   install.sh node-modules                             tests/node_modules from the lock file, and Shopify's schema
#   install.sh promtool                                 Prometheus' checker into .cache
#   install.sh --print PURPOSE...                       names what is missing, installs nothing
#
# A tool that is already there and new enough stays: no second node, java or maven is installed.
# Packages need root: as another user sudo is used, and without it the command to run is said (exit 3).

shopt -s extglob

install_lib_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
install_root=$(cd "$install_lib_dir/../.." && pwd)
# shellcheck source=deploy/lib/say.sh
[[ $(type -t step) == function ]] || source "$install_lib_dir/say.sh"

# purpose | Debian package | how one sees that it is there (empty: dpkg says so)
install_table=(
    "build|gcc|tool gcc 12 -dumpfullversion"
    "build|libc6-dev|"
    "build|cmake|tool cmake 3.25 --version"
    "build|ninja-build|tool ninja 1.10 --version"
    "build|pkg-config|tool pkg-config 0.29 --version"
    "build|librdkafka-dev|"
    "build|libcurl4-openssl-dev|"
    "build|libssl-dev|"
    "build|libcjson-dev|"
    "build|unixodbc-dev|"
    "build|libhiredis-dev|"
    "build|libuv1-dev|"
    "build|libmicrohttpd-dev|"
    "run|ca-certificates|"
    "run|openjdk-17-jre-headless|tool java 17 -version"
    "run|maven|tool mvn 3.6 --version"
    "run|nodejs|tool node 18.19 --version"
    "run|npm|tool npm 9 --version"
    "run|redis-server|tool redis-server 6 --version"
    "run|kcat|command -v kcat"
    "run|libsqliteodbc|"
    "run|sqlite3|tool sqlite3 3.35 --version"
    "test|shellcheck|tool shellcheck 0.8 --version"
    "test|libcmocka-dev|"
    "test|clang-14|"
    "test|libclang-rt-14-dev|"
    "test|clang-format-14|"
    "test|clang-tidy-14|"
    "test|postgresql-15|"
    "test|odbc-postgresql|"
    "test|tdsodbc|"
    "test|unixodbc|"
    "test|python3-venv|python_venv"
    "browser|chromium|"
    "long|valgrind|tool valgrind 3.19 --version"
)

# tool NAME LEAST FLAG: true when NAME is on PATH and the first version in what it prints is LEAST or newer.
tool() {
    local name=$1 least=$2 flag=$3 found
    command -v "$name" >/dev/null || return 1
    found=$("$name" "$flag" 2>&1) || return 1
    found=${found//$'\e'\[*([0-9;])m/}
    [[ $found =~ ([0-9]+(\.[0-9]+)*) ]] || return 1
    [[ $(printf '%s\n' "$least" "${BASH_REMATCH[1]}" | sort -V | head -n 1) == "$least" ]]
}

# True when python3 can make environments with pip in them.
python_venv() { python3 -c 'import ensurepip, venv' 2>/dev/null; }

# The subset of PACKAGES that dpkg does not have installed.
install_not_in_dpkg() {
    local have package
    have=$(dpkg-query -W -f='${db:Status-Abbrev}${Package}\n' "$@" 2>/dev/null || true)
    for package in "$@"; do
        grep -qx "ii *$package" <<<"$have" || echo "$package"
    done
}

# Names the packages that are missing for the purposes given, one a line.
install_missing() {
    local row purpose package probe unseen=()
    for row in "${install_table[@]}"; do
        IFS='|' read -r purpose package probe <<<"$row"
        [[ " $* " == *" $purpose "* ]] || continue
        # shellcheck disable=SC2086  # the probe is a command with its arguments
        if [[ -z $probe ]]; then unseen+=("$package"); elif ! $probe >/dev/null; then echo "$package"; fi
    done
    ((${#unseen[@]} == 0)) || install_not_in_dpkg "${unseen[@]}"
}

install_as_root() {
    if ((EUID == 0)); then "$@"; elif [[ -t 0 ]]; then sudo "$@"; else sudo -n "$@"; fi
}

install_apt() {
    install_as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=600 "$@"
}

# An unreachable source of somebody else's must not stop us: the install itself tells.
install_apt_update() { install_apt update || true; }

# Package lists can be absent, or older than what the mirror holds: then update and try once more.
install_apt_install() {
    if apt-cache show --no-all-versions "$@" >/dev/null 2>&1 &&
        install_apt install -y --no-install-recommends "$@"; then
        return
    fi
    install_apt_update
    # Images without manual pages lack this folder, and the JRE's alternatives need it.
    install_as_root mkdir -p /usr/share/man/man1
    install_apt install -y --no-install-recommends "$@"
}

# Stops here, with the command to run, when packages cannot be installed by this user.
install_check_rights() {
    local purposes=$1
    shift
    if ! command -v apt-get >/dev/null; then
        die -3 "Missing for $purposes: $*" "This is no Debian: install their like, then run the same command again."
    fi
    ((EUID == 0)) && return
    if command -v sudo >/dev/null && { [[ -t 0 ]] || sudo -n true 2>/dev/null; }; then
        say "  Packages need root; sudo is used for: apt-get install $*"
        [[ ! -t 0 ]] || sudo -v || die -3 "sudo refused. Remedy: run as root: apt-get install --no-install-recommends $*"
        return
    fi
    die -3 "Missing Debian packages for $purposes: $*" \
        "They need root and there is no usable sudo. Remedy, as root:" \
        "  apt-get update && apt-get install --no-install-recommends $*" \
        "Then run the same command again; nothing else needs root."
}

# install_packages PURPOSE...
install_packages() {
    local missing purposes still
    mapfile -t missing < <(install_missing "$@")
    ((${#missing[@]})) || return 0
    purposes=$(IFS=,; echo "$*")
    install_check_rights "${purposes//,/, }" "${missing[@]}"
    ((EUID != 0)) || say "  Debian packages for ${purposes//,/, }: ${missing[*]}"
    step "Debian packages: ${#missing[@]} and what they need" install_apt_install "${missing[@]}" ||
        die "apt-get could not install them. Remedy: see the lines above (network, mirror, disk);" \
            "  apt-get update && apt-get install --no-install-recommends ${missing[*]}"
    hash -r
    still=$(install_missing "$@")
    [[ -z $still ]] || die -3 "Still missing or too old after the installation: ${still//$'\n'/ }" \
        "Remedy: an older one of the same name comes first on PATH; put the newer one before it."
}

install_node_stamp() { sha256sum <"$install_root/tests/package-lock.json"; }

install_node_modules_are_current() {
    [[ "$(cat "$install_root/tests/node_modules/.lock-checksum" 2>/dev/null)" == "$(install_node_stamp)" ]]
}

# Installed beside and renamed when whole, so that an interrupted run leaves the old tree or none.
install_npm_ci() {
    local tests=$install_root/tests stage
    stage=$(mktemp -d "$tests/.npm-stage.XXXXXX")
    # shellcheck disable=SC2064
    trap "rm -rf '$stage'" EXIT
    cp "$tests/package.json" "$tests/package-lock.json" "$stage/" &&
        { [[ ! -f $tests/.npmrc ]] || cp "$tests/.npmrc" "$stage/"; } &&
        npm --prefix "$stage" ci --ignore-scripts --no-audit --no-fund --prefer-offline --loglevel=error &&
        install_node_stamp >"$stage/node_modules/.lock-checksum" &&
        { [[ ! -e $tests/node_modules ]] || mv "$tests/node_modules" "$stage/old"; } &&
        mv "$stage/node_modules" "$tests/node_modules"
}

# Asks the stand-in itself, which knows the version that it needs.
install_has_shopify_schema() {
    (cd "$install_root/tests" && node --input-type=module -e "
        import { schemaFiles } from './shopify/schema.mjs';
        process.exit((await schemaFiles()).length > 0 ? 0 : 1);") 2>/dev/null
}

install_node_modules_locked() {
    if ! install_node_modules_are_current; then
        rm -rf "$install_root"/tests/.npm-stage.*
        step "Node packages of tests/ (npm ci, no install scripts)" install_npm_ci ||
            die "npm could not install tests/package-lock.json. Remedy: see that npm reaches its registry" \
                "(npm ping; npm config get registry), then run the same command again."
    fi
    install_has_shopify_schema || step "Shopify's published schema (npm pack)" node "$install_root/tests/shopify/fetch_schema.mjs" ||
        die "Shopify's schema could not be fetched. Remedy: see the lines above, then run the same command again."
}

# What Node code needs: tests/node_modules from the lock file, and the schema that the simulated shop executes.
install_node_modules() {
    [[ -s $install_root/tests/package-lock.json ]] || die "tests/package-lock.json is missing: not a whole checkout."
    install_node_modules_are_current && install_has_shopify_schema && return
    mkdir -p "$install_root/.cache"
    (
        flock -w 900 9 || die "$install_root/.cache/npm.lock is held by another run for 15 minutes."
        install_node_modules_locked 9>&-
    ) 9>"$install_root/.cache/npm.lock"
}

# Python packages of a folder of tests, in an environment of their own named by the list's checksum.
install_python_home() {
    local sum
    sum=$(sha256sum <"$install_root/$1/requirements.txt")
    echo "$install_root/.cache/python-${sum:0:12}"
}

install_python_venv() {
    local home stage
    home=$(install_python_home "$1")
    stage=$home.part
    rm -rf "$stage"
    # Made beside and renamed; pip runs as a module, so that no script with the old path is needed.
    python3 -m venv "$stage" &&
        "$stage/bin/python" -m pip install --quiet --disable-pip-version-check \
            -r "$install_root/$1/requirements.txt" &&
        mv "$stage" "$home"
}

# install_python_of FOLDER WHAT
install_python_of() {
    [[ ! -d $(install_python_home "$1") ]] || return 0
    mkdir -p "$install_root/.cache"
    (
        flock -w 900 9 || die "$install_root/.cache/python.lock is held by another run for 15 minutes."
        [[ -d $(install_python_home "$1") ]] ||
            step "Python packages of $1 ($2)" install_python_venv "$1" 9>&- ||
            die "pip could not install $1/requirements.txt. Remedy: see that pip reaches its index."
    ) 9>"$install_root/.cache/python.lock"
}

install_python() {
    install_python_of tests/tsql "a T-SQL parser"
    install_python_of tests/openapi "schemathesis"
}

# The checker alone: the package would start a server on this machine.
install_promtool_from_package() {
    local stage=$1
    cd "$stage" &&
        { apt-get -q download prometheus || { install_apt_update && apt-get -q download prometheus; }; } &&
        dpkg -x prometheus_*.deb . &&
        mv usr/bin/promtool "$install_root/.cache/promtool"
}

# Without it the tests that ask it are skipped, and say so.
install_promtool() {
    local stage
    if command -v promtool >/dev/null || [[ -x $install_root/.cache/promtool ]]; then return; fi
    mkdir -p "$install_root/.cache"
    stage=$(mktemp -d "$install_root/.cache/promtool.XXXXXX")
    step "promtool, out of Debian's package prometheus" install_promtool_from_package "$stage" ||
        warn "  Without promtool the alert rules are checked less. Remedy: see that apt-get reaches its mirror."
    rm -rf "$stage"
}

install_main() {
    case ${1:-} in
    --print) shift; install_missing "$@" ;;
    node-modules) install_node_modules ;;
    promtool) install_promtool ;;
    build | run | test | browser | long) install_packages "$@" ;;
    *) sed -n '2,/^$/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" ;;
    esac
}

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
    set -euo pipefail
    install_main "$@"
fi
