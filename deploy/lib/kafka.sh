#!/usr/bin/env bash
# Apache Kafka for tests and the demo: jars from Maven Central (deploy/kafka/pom.xml), kept in a cache,
# a class archive that halves the start, one-node brokers in KRaft mode, and the console tools.
# The one place that knows the JVM flags and the broker's settings; tests/support/kafka.mjs calls it.
#
#   kafka.sh prepare                    fetch the jars, make class archive and storage template, once
#   kafka.sh run DIR PORT CPORT         a broker in the foreground (the process becomes the JVM)
#   kafka.sh start DIR PORT [CPORT]     in the background; returns when it answers
#   kafka.sh stop DIR                   SIGTERM, SIGKILL after 20 s
#   kafka.sh tool NAME [ARGS...]        kafka-topics, kafka-console-consumer, ...; "tool" alone lists them
#
# Environment: TILLBRIDGE_CACHE (folder, default .cache in the project root);
# for clusters KAFKA_NODE_ID (1), KAFKA_VOTERS (1@127.0.0.1:CPORT), KAFKA_REPLICATION (1), KAFKA_CLUSTER_ID;
# KAFKA_EXTRA: further broker settings, one "name=value" a line.

kafka_lib_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
kafka_root=$(cd "$kafka_lib_dir/../.." && pwd)
kafka_pom=$kafka_root/deploy/kafka/pom.xml
# shellcheck source=deploy/lib/say.sh
[[ $(type -t step) == function ]] || source "$kafka_lib_dir/say.sh"

kafka_default_cluster_id=MkU3OEVBNTcwNTJENDM2Qg
kafka_gc=(-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData)
kafka_heap=(-Xms64m -Xmx256m -XX:MaxDirectMemorySize=64m -Xss512k)

kafka_tools=(
    "kafka-topics=org.apache.kafka.tools.TopicCommand"
    "kafka-console-producer=org.apache.kafka.tools.ConsoleProducer"
    "kafka-console-consumer=org.apache.kafka.tools.consumer.ConsoleConsumer"
    "kafka-consumer-groups=org.apache.kafka.tools.consumer.group.ConsumerGroupCommand"
    "kafka-get-offsets=org.apache.kafka.tools.GetOffsetShell"
    "kafka-delete-records=org.apache.kafka.tools.DeleteRecordsCommand"
    "kafka-dump-log=org.apache.kafka.tools.DumpLogSegments"
    "kafka-configs=kafka.admin.ConfigCommand"
    "kafka-storage=kafka.tools.StorageTool"
)

kafka_cache() { echo "${TILLBRIDGE_CACHE:-$kafka_root/.cache}"; }

# The folder of this pom's jars. The name carries the pom's checksum and the number of the layout that this
# script makes: another pom or an older script is another folder, also in a shared cache.
kafka_home() {
    local sum
    sum=$(sha256sum "$kafka_pom")
    echo "$(kafka_cache)/kafka/${sum:0:12}-2"
}

# The names and sizes of FILES, to be compared with the list of when they were made. By size alone, since
# every start of a broker looks: what cuts a file short is noticed, what flips a bit in it is not.
kafka_sizes() { stat -c '%n %s' "$@" 2>/dev/null | LC_ALL=C sort; }

# True when every jar is there and whole.
kafka_home_is_good() {
    [[ -s $1/jars.list ]] && (cd "$1" && [[ "$(kafka_sizes lib/*.jar)" == "$(cat jars.list)" ]])
}

# Holds the cache's lock while COMMAND runs, so that two copies side by side work one after the other.
kafka_locked() {
    local dir
    dir=$(kafka_cache)/kafka
    mkdir -p "$dir"
    (
        flock -w 900 9 || die "$dir/lock is held by another run for 15 minutes." \
            "End that run, or set TILLBRIDGE_CACHE to another folder."
        "$@" 9>&-
    ) 9>"$dir/lock"
}

# Maven checks the jars' checksums and writes to a folder of its own that gets its name only when complete
# and listed: an interrupted download leaves nothing that counts as good.
# Functions that step runs chain with &&: errexit is off in whatever is called left of an ||.
kafka_download() {
    local home=$1 part
    part=$(mktemp -d "$home.part.XXXXXX")
    # shellcheck disable=SC2064  # the folder's name is meant as it is now
    trap "rm -rf '$part'" EXIT
    mvn -q -B --strict-checksums -f "$kafka_pom" dependency:copy-dependencies \
        -DincludeScope=runtime -DoutputDirectory="$part/lib" &&
        compgen -G "$part/lib/kafka_2.13-*.jar" >/dev/null &&
        (cd "$part" && kafka_sizes lib/*.jar) >"$part/jars.list" &&
        chmod 755 "$part" && rm -rf "$home" && mv "$part" "$home"
}

kafka_fetch() {
    local home
    home=$(kafka_home)
    kafka_home_is_good "$home" && return
    rm -rf "$home".part.*
    step "Apache Kafka: jars from Maven Central" kafka_download "$home" ||
        die "Kafka could not be fetched. Remedy: see that Maven reaches its repository" \
            "(~/.m2/settings.xml for a mirror or proxy), then run the same command again."
}

# Sorted, so that it is the same text each time and in every locale: the class archive is bound to it.
kafka_classpath() {
    local LC_ALL=C IFS=: jars
    jars=("$1"/lib/*.jar)
    echo "${jars[*]}"
}

# One archive per JVM, class path and flags; another JVM finds none of its own and makes it.
kafka_archive() {
    local home=$1 key
    key=$({ java -version 2>&1; kafka_classpath "$home"; echo "${kafka_gc[*]}"; } | sha256sum)
    echo "$home/classes-${key:0:12}.jsa"
}

# Looked at because a JVM given half an archive dies of a bus error instead of going on without it.
kafka_archive_is_good() {
    [[ -s $1 && "$(kafka_sizes "$1")" == "$(cat "$1.list" 2>/dev/null)" ]]
}

# What a broker does in its life, so that the classes for it are loaded and get into the archive.
kafka_exercise() {
    kafka_tool kafka-topics --bootstrap-server "$1" --create --topic warm --partitions 2 &&
        echo "key:value" | kcat -b "$1" -t warm -P -K: -z zstd &&
        kcat -b "$1" -G warm -X auto.offset.reset=earliest -c 1 -e warm
}

# Runs a broker once with the flag that writes the archive at its end, and tries the archive
# with -Xshare:on, which fails where the JVM would otherwise quietly do without it.
kafka_make_archive() {
    local home=$1 archive=$2 work port
    work=$(mktemp -d "${TMPDIR:-/tmp}/tillbridge-kafka.XXXXXX")
    # shellcheck disable=SC2064
    trap "kafka_stop '$work/broker' || true; rm -rf '$work'" EXIT
    rm -f "$home"/classes-*
    port=$(kafka_two_free_ports) &&
        KAFKA_JAVA_OPTS="-XX:ArchiveClassesAtExit=$work/classes.jsa" kafka_start "$work/broker" "$port" &&
        kafka_exercise "127.0.0.1:$port" && kafka_stop "$work/broker" &&
        java "${kafka_gc[@]}" -Xshare:on -XX:SharedArchiveFile="$work/classes.jsa" \
            -cp "$(kafka_classpath "$home")" kafka.tools.StorageTool random-uuid &&
        mv "$work/classes.jsa" "$archive.part" && mv "$archive.part" "$archive" &&
        kafka_sizes "$archive" >"$archive.list"
}

# A formatted storage folder to copy: saves the storage tool's second at every start.
kafka_make_template() {
    local home=$1 part
    part=$(mktemp -d "$home/template.part.XXXXXX") &&
        kafka_write_config "$part" 1 2 "$part/data" &&
        KAFKA_NODE_ID=1 kafka_format "$part" &&
        chmod 755 "$part" && mv -T "$part" "$home/template"
}

kafka_prepare_locked() {
    local home archive
    kafka_fetch
    home=$(kafka_home)
    rm -rf "$home"/template.part.*
    [[ -d $home/template ]] || kafka_make_template "$home" >/dev/null || die "Kafka's storage tool failed."
    archive=$(kafka_archive "$home")
    kafka_archive_is_good "$archive" || step "Apache Kafka: class archive for a quicker start" \
        kafka_make_archive "$home" "$archive" ||
        warn "Kafka will start without its class archive: some two seconds slower each time."
}

kafka_is_prepared() {
    local home
    home=$(kafka_home)
    kafka_home_is_good "$home" && [[ -d $home/template ]] && kafka_archive_is_good "$(kafka_archive "$home")"
}

kafka_prepare() { kafka_is_prepared || kafka_locked kafka_prepare_locked; }

# Two neighbouring ports that nobody listens on, below the range that the system hands out by itself.
kafka_two_free_ports() {
    local port
    for _ in {1..50}; do
        port=$((10000 + RANDOM % 22000))
        if ! (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null &&
            ! (: <"/dev/tcp/127.0.0.1/$((port + 1))") 2>/dev/null; then
            echo "$port"
            return
        fi
    done
    die "No free port found between 10000 and 32000 on 127.0.0.1."
}

# kafka_write_config DIR PORT CPORT [LOG_DIR]
kafka_write_config() {
    local dir=$1 port=$2 cport=$3 log_dir=${4:-$1/data} id=${KAFKA_NODE_ID:-1} copies=${KAFKA_REPLICATION:-1}
    cat >"$dir/server.properties" <<PROPERTIES
process.roles=broker,controller
node.id=$id
controller.quorum.voters=${KAFKA_VOTERS:-$id@127.0.0.1:$cport}
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$cport
advertised.listeners=PLAINTEXT://127.0.0.1:$port
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=$log_dir
default.replication.factor=$copies
min.insync.replicas=$(((copies + 1) / 2))
offsets.topic.num.partitions=1
offsets.topic.replication.factor=$copies
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=$copies
transaction.state.log.min.isr=$(((copies + 1) / 2))
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=$copies
share.coordinator.state.topic.min.isr=$(((copies + 1) / 2))
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
log.cleaner.dedupe.buffer.size=2097152
num.network.threads=1
num.io.threads=2
auto.create.topics.enable=false
${KAFKA_EXTRA:-}
PROPERTIES
}

kafka_format() {
    java -Xmx128m "${kafka_gc[@]}" -Dorg.slf4j.simpleLogger.defaultLogLevel=warn \
        -cp "$(kafka_classpath "$(kafka_home)")" kafka.tools.StorageTool format \
        -t "${KAFKA_CLUSTER_ID:-$kafka_default_cluster_id}" -c "$1/server.properties"
}

# A folder that already holds data is taken as it is: that is how a broker is restarted.
kafka_storage() {
    local dir=$1 template
    [[ -s $dir/data/meta.properties ]] && return
    template=$(kafka_home)/template
    if [[ ${KAFKA_NODE_ID:-1} == 1 && -z ${KAFKA_VOTERS:-} && -z ${KAFKA_CLUSTER_ID:-} && -d $template ]]; then
        cp -r "$template/data" "$dir/data"
    else
        kafka_format "$dir"
    fi
}

# The process becomes the broker. Prepares the folder; the cache must be filled (kafka_prepare).
kafka_run() {
    local dir=$1 port=$2 cport=${3:-$(($2 + 1))} home archive options=()
    home=$(kafka_home)
    [[ -d $home/lib ]] || die "Kafka is not in $(kafka_cache) yet. Remedy: deploy/lib/kafka.sh prepare"
    mkdir -p "$dir/tmp"
    kafka_write_config "$dir" "$port" "$cport"
    kafka_storage "$dir"
    archive=$(kafka_archive "$home")
    [[ ! -s $archive ]] || options=(-XX:SharedArchiveFile="$archive")
    # shellcheck disable=SC2206  # several options in one text
    [[ -z ${KAFKA_JAVA_OPTS:-} ]] || options=($KAFKA_JAVA_OPTS)
    exec java "${kafka_heap[@]}" "${kafka_gc[@]}" "${options[@]}" -Djava.io.tmpdir="$dir/tmp" \
        -XX:ErrorFile="$dir/hs_err.log" \
        -Dorg.slf4j.simpleLogger.defaultLogLevel="${KAFKA_LOG_LEVEL:-warn}" \
        -Dorg.slf4j.simpleLogger.showDateTime=true "-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS" \
        -cp "$(kafka_classpath "$home")" kafka.Kafka "$dir/server.properties"
}

kafka_answers() { kcat -b "127.0.0.1:$1" -L -m 1 -J 2>/dev/null | grep -q '"brokers":\[{"id"'; }

# True when the process of DIR's pid file is that broker and not a later process with the same id.
kafka_is_alive() {
    local pid
    pid=$(cat "$1/kafka.pid" 2>/dev/null) || return 1
    { tr '\0' '\n' <"/proc/$pid/cmdline"; } 2>/dev/null |
        grep -qxF -e "$1/server.properties" -e "${BASH_SOURCE[0]}"
}

kafka_start() {
    local dir=$1 port=$2 cport=${3:-$(($2 + 1))} deadline=$((SECONDS + 60))
    mkdir -p "$dir"
    dir=$(cd "$dir" && pwd)
    bash "${BASH_SOURCE[0]}" run "$dir" "$port" "$cport" >>"$dir/kafka.log" 2>&1 </dev/null &
    echo $! >"$dir/kafka.pid"
    until kafka_answers "$port"; do
        kafka_is_alive "$dir" || die "Kafka ended at its start. The end of $dir/kafka.log:" "$(tail -n 20 "$dir/kafka.log")"
        ((SECONDS < deadline)) || die "Kafka did not answer on port $port within 60 s; see $dir/kafka.log."
        sleep 0.1
    done
}

kafka_stop() {
    local dir=$1 pid
    kafka_is_alive "$dir" || { rm -f "$dir/kafka.pid"; return 0; }
    pid=$(cat "$dir/kafka.pid")
    kill "$pid"
    for _ in {1..200}; do
        kafka_is_alive "$dir" || { rm -f "$dir/kafka.pid"; return 0; }
        sleep 0.1
    done
    warn "Kafka did not end within 20 s of SIGTERM: killed."
    kill -9 "$pid" || true
    rm -f "$dir/kafka.pid"
}

kafka_tool() {
    local name=${1:-} row home archive options=()
    home=$(kafka_home)
    archive=$(kafka_archive "$home")
    [[ ! -s $archive ]] || options=(-XX:SharedArchiveFile="$archive")
    options+=(-XX:ErrorFile="${TMPDIR:-/tmp}/hs_err_%p.log" -Dorg.slf4j.simpleLogger.defaultLogLevel=error)
    for row in "${kafka_tools[@]}"; do
        [[ ${row%%=*} == "$name" ]] || continue
        shift
        ${KAFKA_EXEC:-} java -Xmx128m "${kafka_gc[@]}" "${options[@]}" -cp "$(kafka_classpath "$home")" "${row#*=}" "$@"
        return
    done
    die -2 "\"$name\" is none of the console tools:" "${kafka_tools[@]%%=*}"
}

kafka_main() {
    local command=${1:-help}
    case $command in
    prepare | run | start | stop) shift; "kafka_$command" "$@" ;;
    tool) shift; KAFKA_EXEC="exec" kafka_tool "$@" ;;
    *) sed -n '2,/^$/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" ;;
    esac
}

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
    set -euo pipefail
    kafka_main "$@"
fi
