#!/usr/bin/env bash
# Fails if LIBRARY refers to anything but itself, the BASEs and pure functions of the C library, cJSON and
# libcrypto's digests: no clock, I/O, environment, randomness or client library. Names object and symbol.
#
#   purity.sh LIBRARY [BASE...]
#
# What a library may call is a list of allowed names, so that a new function is refused until somebody has
# judged it; a second list only says in words why the usual suspects are not allowed.
set -euo pipefail
export LC_ALL=C

[[ $# -ge 1 ]] || { echo "usage: purity.sh LIBRARY [BASE...]" >&2; exit 2; }

# Extended regular expressions for whole names.
allowed=(
    '(mem(chr|cmp|cpy|mem|move|rchr|set)|bcmp|stpn?cpy)'
    'str(n?casecmp|n?cat|chr|chrnul|n?cmp|n?cpy|cspn|n?dup|n?len|pbrk|rchr|spn|n?casestr|n?str|tok_r)'
    '(bsearch|qsort|llabs|labs|abs)'
    '(malloc|calloc|realloc|free|abort)'
    'v?(snprintf|asprintf)'
    'strto(l|ll|ul|ull|imax|umax|d)'
    '(strptime|strftime|timegm|gmtime_r)' # of a time that is given: UTC, no zone file, no clock
    '[en]rand48'                          # their state is an argument
    'cJSON_[A-Za-z]+'
    'EVP_(Digest(Init_ex2?|Update|Final_ex)|MD_CTX_(new|free)|sha256|Q_digest|MD_fetch)'
    'HMAC|EVP_EncodeBlock|CRYPTO_memcmp'
    # What compilers put in: checks, wide arithmetic, fortified forms, sanitizers, coverage.
    '__(assert_fail|stack_chk_fail|errno_location|ctype_(b|tolower|toupper)_loc|isoc[0-9]+_strto[a-z]+)'
    '__(u?(div|mod)ti3|muloti4|mulodi4|popcountdi2)'
    '__(mem|str|v?snprintf|v?asprintf)[a-z_]*_chk'
    '__(asan|ubsan|sanitizer|sancov|lsan|gcov|llvm)_[A-Za-z0-9_]+'
    '_GLOBAL_OFFSET_TABLE_'
)

# pattern = what it is
refused=(
    'time|clock|clock_gettime|gettimeofday|times|ftime|timespec_get|localtime(_r)?|mktime|tzset = clock or time zone'
    'u?sleep|nanosleep|clock_nanosleep|alarm|setitimer|timer_.* = clock'
    'rand|rand_r|srand|random|srandom|[dlm]rand48|srand48|getrandom|getentropy|arc4random.*|RAND_.*|uuid_.* = randomness'
    '(secure_)?getenv|setenv|putenv|unsetenv|environ|setlocale|getpid|gethostname|uname|sysconf = environment'
    'v?f?printf|_*(v?f?printf)_chk|puts|fputs|putchar|fputc|putc|perror|std(in|out|err) = output or input'
    'f(open|dopen|close|read|write|gets|getc|flush|seek|tell)(64)?|getline|scanf|fscanf = files'
    '(open|openat|creat)(64)?|close|p?read(v|64)?|p?write(v|64)?|lseek(64)?|ioctl|fcntl(64)?|mmap(64)?|stat.*|unlink|rename|mkdir|opendir = files'
    'socket|connect|accept4?|bind|listen|send(to|msg)?|recv(from|msg)?|poll|select|epoll_.*|getaddrinfo|eventfd = network'
    'fork|exec.*|system|popen|posix_spawn.*|wait(pid)?|kill|raise|signal|sigaction|pthread_.*|exit|_exit|atexit = processes, signals or threads'
    'syslog|openlog|log_.* = logging'
    'rd_kafka_.* = Kafka client'
    'curl_.* = HTTP client'
    'SQL[A-Z].* = ODBC'
    'redis.*|freeReplyObject = Redis client'
    'uv_.* = libuv'
    'MHD_.* = HTTP listener'
    '(bus|web|http|health|sql|kv|cfg|clock|stop)_.* = an adapter of common/io'
)

allowed_re="^($(IFS='|'; echo "${allowed[*]}"))\$"

why() {
    local row
    for row in "${refused[@]}"; do
        [[ $1 =~ ^(${row% = *})$ ]] && { echo "${row##* = }"; return; }
    done
    echo "not known to be pure; if it is, add it to the list in tests/unit/purity.sh"
}

# Defined names of archives, one a line.
defined() { nm --defined-only --extern-only --format=posix "$@" | awk 'NF >= 2 && $2 ~ /^[A-Zuvw]$/ { print $1 }' | sort -u; }

# "object symbol" for each name that an archive's objects leave to others.
wanted() {
    nm --undefined-only --format=posix "$1" |
        awk '/:$/ { object = $0; sub(/.*\[/, "", object); sub(/\]:$/, "", object); next }
             NF >= 2 { print object, $1 }' | sort -u
}

declare -A known=()
while read -r symbol; do known[$symbol]=1; done <<<"$(defined "$@")"
found=$(wanted "$1")
[[ -n $found ]] || { echo "$1: nothing to look at; is it a library?" >&2; exit 2; }

faults=0
while read -r object symbol; do
    [[ ${known[$symbol]:-} ]] && continue
    [[ $symbol =~ $allowed_re ]] && continue
    echo "$(basename "$1"): $object: $symbol: $(why "$symbol")"
    faults=$((faults + 1))
done <<<"$found"

((faults == 0)) || { echo "$faults references that a pure library must not have"; exit 1; }
