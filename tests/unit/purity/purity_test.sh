#!/usr/bin/env bash
# Shows that purity.sh can fail: LIBRARY is made of impure.c, and each of its faults has to be named with
# object and symbol, and nothing else.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

expected='impure.c.o: clock_now_ms: an adapter of common/io
impure.c.o: inet_addr: not known to be pure
impure.c.o: getenv: environment
impure.c.o: mkdir: files
impure.c.o: puts: output or input
impure.c.o: rand: randomness
impure.c.o: rd_kafka_version_str: Kafka client
impure.c.o: time: clock or time zone'

status=0
said=$("$here/../purity.sh" "$1") || status=$?
[[ $status == 1 ]] || { echo "purity.sh ended with $status instead of 1: $said"; exit 1; }
while read -r line; do
    grep -qF -- ": $line" <<<"$said" || { echo "not reported: $line"; echo "$said"; exit 1; }
done <<<"$expected"
grep -qx "8 references that a pure library must not have" <<<"$said" || { echo "$said"; exit 1; }
