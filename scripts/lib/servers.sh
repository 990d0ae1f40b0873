#!/usr/bin/env bash
# A private RabbitMQ and a private PostgreSQL: own data, own ports on 127.0.0.1, own epmd, a throw-away certificate
# authority, no root. Nothing here looks at, starts or stops a system-wide server.
#
#   servers.sh start DIR     lays out DIR (state of an earlier run in it is discarded) and starts both servers
#   servers.sh stop DIR      stops them
#   servers.sh remove DIR    ends them and deletes DIR
#   servers.sh broker start|stop|kill|pid DIR
#   servers.sh database start|stop|immediate|pid DIR
#
# DIR/servers.env holds what a client needs, DIR/bin has `rabbitmqctl` and `pg_ctl` that reach these servers, DIR/tls the
# certificates. Sourced, it gives the functions of the same names: servers_start, servers_stop, broker_start, …

# The wrapper that Debian puts in /usr/sbin insists on the system's user and folders; the scripts behind it don't.
readonly RABBITMQ_BIN=/usr/lib/rabbitmq/bin
SERVERS_SELF=$(realpath "${BASH_SOURCE[0]}")

servers_say() { printf '%s\n' "$*" >&2; }

# The folder with PostgreSQL's server programs: the newest version installed.
servers_postgres_bin() {
    local folder newest=
    for folder in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V); do
        [ -x "$folder/initdb" ] && newest=$folder
    done
    [ -n "$newest" ] || { servers_say "PostgreSQL's server programs are not in /usr/lib/postgresql/*/bin."; return 69; }
    printf '%s\n' "$newest"
}

# Ports lie below the ephemeral range, so that no outgoing connection takes one while its server restarts.
servers_free_port() {
    local port
    while :; do
        port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { printf '%s\n' "$port"; return; }
    done
}

# servers_layout DIR: reads DIR/layout, the ports and names chosen when the folder was laid out.
servers_layout() {
    [ -f "$1/layout" ] || { servers_say "There are no private servers in $1."; return 1; }
    # shellcheck disable=SC1091
    . "$1/layout"
}

# servers_exec COMMAND…: becomes it, as the ordinary user the servers belong to, with nothing inherited from the
# caller's environment. Needs servers_layout and a subshell to give up.
servers_exec() {
    local drop=()
    if [ "$(id -u)" = 0 ]; then
        drop=(setpriv --reuid "$S_USER" --regid "$(id -g "$S_USER")" --clear-groups)
    fi
    cd "$S_DIR" || exit 1
    exec env -i PATH="$S_PGBIN:$RABBITMQ_BIN:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin" \
        LANG=C.UTF-8 LC_ALL=C.UTF-8 TZ=UTC TMPDIR="$S_DIR/tmp" HOME="$S_DIR/home" \
        ERL_EPMD_PORT="$S_EPMD_PORT" ERL_EPMD_ADDRESS=127.0.0.1 \
        RABBITMQ_NODENAME="$S_NODE" RABBITMQ_DIST_PORT="$S_DIST_PORT" RABBITMQ_PID_FILE="$S_DIR/run/broker.pid" \
        RABBITMQ_MNESIA_BASE="$S_DIR/broker" RABBITMQ_LOG_BASE="$S_DIR/log" \
        RABBITMQ_CONFIG_FILE="$S_DIR/conf/rabbitmq.conf" RABBITMQ_CONFIG_FILES="$S_DIR/conf/rabbitmq.d" \
        RABBITMQ_ADVANCED_CONFIG_FILE="$S_DIR/conf/advanced.config" \
        RABBITMQ_CONF_ENV_FILE="$S_DIR/conf/rabbitmq-env.conf" \
        RABBITMQ_ENABLED_PLUGINS_FILE="$S_DIR/conf/enabled_plugins" \
        RABBITMQ_GENERATED_CONFIG_DIR="$S_DIR/tmp" RABBITMQ_PLUGINS_EXPAND_DIR="$S_DIR/tmp/plugins" \
        RABBITMQ_SCHEDULER_BIND_TYPE=u \
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1}" \
        "${drop[@]}" "$@"
}

servers_as() { (servers_exec "$@"); }

# servers_owns PID: the process lives and works for this folder; guards against a number that was given away again.
servers_owns() {
    [ -n "$1" ] || return
    case $(readlink "/proc/$1/cwd" 2>/dev/null)/ in "$S_DIR"/*) ;; *) return 1 ;; esac
    [[ $(cat "/proc/$1/stat" 2>/dev/null) != *') Z '* ]]
}

servers_pid() { # NAME: prints the id of a live process of ours
    local pid=
    case $1 in
        broker | epmd) pid=$(cat "$S_DIR/run/$1.pid" 2>/dev/null) ;;
        database) pid=$(head -n 1 "$S_DIR/database/postmaster.pid" 2>/dev/null) ;;
    esac
    servers_owns "$pid" && printf '%s\n' "$pid"
}

# servers_end NAME SIGNAL SECONDS: sends the signal, waits that long, then kills.
servers_end() {
    local pid deadline=$((SECONDS + $3))
    pid=$(servers_pid "$1") || return 0
    kill -CONT "$pid" 2>/dev/null # one that was frozen would not hear the rest
    kill "-$2" "$pid" 2>/dev/null
    while servers_owns "$pid"; do
        if [ "$SECONDS" -ge "$deadline" ]; then
            kill -KILL "$pid" 2>/dev/null
            deadline=$((SECONDS + 10))
        fi
        sleep 0.05
    done
}

servers_open() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# ---- the broker

epmd_start() {
    servers_pid epmd >/dev/null && return 0
    (servers_exec setsid epmd -port "$S_EPMD_PORT" -address 127.0.0.1 >"$S_DIR/log/epmd.log" 2>&1 </dev/null 9>&-) &
    local deadline=$((SECONDS + 10))
    until servers_open "$S_EPMD_PORT"; do
        [ "$SECONDS" -lt "$deadline" ] || { servers_say "epmd did not start; see $S_DIR/log/epmd.log"; return 69; }
        sleep 0.05
    done
    servers_find epmd >"$S_DIR/run/epmd.pid"
}

# The process with this name that works for this folder; setsid and setpriv exec, but `$!` is the subshell's id.
servers_find() {
    local pid
    for pid in $(pgrep -x "$1"); do
        servers_owns "$pid" && printf '%s\n' "$pid" && return 0
    done
    return 1
}

# broker_start DIR
broker_start() {
    servers_layout "$1" || return
    servers_pid broker >/dev/null && return 0
    epmd_start || return
    rm -f "$S_DIR/run/broker.pid"
    (servers_exec setsid "$RABBITMQ_BIN/rabbitmq-server" >"$S_DIR/log/broker.out" 2>&1 </dev/null 9>&-) &
    local starter=$! deadline=$((SECONDS + 120))
    # The listeners open last, after the boot steps; the management API is a plugin and opens after the protocol's.
    until servers_open "$S_AMQP_PORT" && servers_open "$S_AMQPS_PORT" && servers_open "$S_MANAGEMENT_PORT"; do
        if [ "$SECONDS" -ge "$deadline" ] || ! kill -0 "$starter" 2>/dev/null; then
            servers_say "The private RabbitMQ did not start; see $S_DIR/log:"
            tail -n 15 "$S_DIR/log/broker.out" >&2
            return 69
        fi
        sleep 0.1
    done
    servers_find beam.smp >"$S_DIR/run/broker.pid"
}

broker_stop() { servers_layout "$1" && servers_end broker TERM 40; }
broker_kill() { servers_layout "$1" && servers_end broker KILL 5; }

# ---- the database

# database_start DIR
database_start() {
    servers_layout "$1" || return
    servers_pid database >/dev/null && return 0
    # 9>&-: the lock of the calling script must not live on in a server.
    if ! servers_as setsid "$S_PGBIN/pg_ctl" -D "$S_DIR/database" -l "$S_DIR/log/database.log" -w -t 120 -s start \
        >"$S_DIR/log/pg_ctl.log" 2>&1 </dev/null 9>&-; then
        servers_say "The private PostgreSQL did not start; see $S_DIR/log/database.log:"
        tail -n 15 "$S_DIR/log/database.log" "$S_DIR/log/pg_ctl.log" >&2
        return 69
    fi
}

database_stop() { servers_layout "$1" && servers_end database INT 30; }
database_immediate() { servers_layout "$1" && servers_end database QUIT 10; }

# ---- both

# servers_certificates: a certificate authority that exists for this folder only, and one server certificate of it.
servers_certificates() {
    local tls=$S_DIR/tls
    {
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "/CN=throw-away CA" \
            -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign \
            -keyout "$tls/ca.key" -out "$tls/ca.pem" &&
            openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=localhost" \
                -keyout "$tls/server.key" -out "$tls/server.csr" &&
            printf '%s\n' 'subjectAltName=DNS:localhost,IP:127.0.0.1' 'extendedKeyUsage=serverAuth' \
                'basicConstraints=critical,CA:FALSE' >"$tls/server.ext" &&
            openssl x509 -req -in "$tls/server.csr" -CA "$tls/ca.pem" -CAkey "$tls/ca.key" -CAcreateserial -days 30 \
                -extfile "$tls/server.ext" -out "$tls/server.pem"
    } >"$S_DIR/log/openssl.log" 2>&1 || { servers_say "openssl failed:"; tail -n 5 "$S_DIR/log/openssl.log" >&2; return 1; }
    rm -f "$tls/server.csr" "$tls/server.ext"
    chmod 600 "$tls"/*.key
    chmod 644 "$tls"/*.pem
}

servers_configure() {
    printf '%s' "$S_COOKIE" >"$S_DIR/home/.erlang.cookie"
    chmod 400 "$S_DIR/home/.erlang.cookie"
    printf '[rabbitmq_management].\n' >"$S_DIR/conf/enabled_plugins"
    : >"$S_DIR/conf/rabbitmq-env.conf"
    printf '[].\n' >"$S_DIR/conf/advanced.config"
    cat >"$S_DIR/conf/rabbitmq.conf" <<-END
	listeners.tcp.1 = 127.0.0.1:$S_AMQP_PORT
	listeners.ssl.1 = 127.0.0.1:$S_AMQPS_PORT
	ssl_options.cacertfile = $S_DIR/tls/ca.pem
	ssl_options.certfile = $S_DIR/tls/server.pem
	ssl_options.keyfile = $S_DIR/tls/server.key
	ssl_options.verify = verify_peer
	ssl_options.fail_if_no_peer_cert = false
	ssl_options.versions.1 = tlsv1.3
	ssl_options.versions.2 = tlsv1.2
	management.tcp.ip = 127.0.0.1
	management.tcp.port = $S_MANAGEMENT_PORT
	default_user = admin
	default_pass = $S_PASSWORD
	loopback_users = none
	# Enough for what a demo or a test run holds; the defaults suit a machine of its own.
	disk_free_limit.absolute = 200MB
	raft.wal_max_size_bytes = 64000000
	log.file.level = info
	END
    cat >"$S_DIR/conf/postgresql.conf" <<-END
	listen_addresses = '127.0.0.1'
	port = $S_PG_PORT
	unix_socket_directories = ''
	max_connections = 200
	ssl = on
	ssl_ca_file = '$S_DIR/tls/ca.pem'
	ssl_cert_file = '$S_DIR/tls/server.pem'
	ssl_key_file = '$S_DIR/tls/server.key'
	password_encryption = scram-sha-256
	# Durability is what is being shown and measured: nothing about it is relaxed.
	fsync = on
	synchronous_commit = on
	full_page_writes = on
	shared_buffers = 256MB
	max_wal_size = 2GB
	timezone = 'UTC'
	log_timezone = 'UTC'
	log_min_messages = warning
	log_line_prefix = '%m [%p] %q%u@%d %a '
	# Statements may hold personal data; a server log must not.
	log_min_error_statement = panic
	log_parameter_max_length = 0
	log_parameter_max_length_on_error = 0
	END
}

# servers_control: small commands that reach these servers and no others.
servers_control() {
    local command
    for command in rabbitmqctl rabbitmq-diagnostics rabbitmq-queues rabbitmq-plugins; do
        printf '#!/usr/bin/env bash\n. %q\nservers_layout %q && servers_as %q "$@"\n' \
            "$SERVERS_SELF" "$S_DIR" "$RABBITMQ_BIN/$command" >"$S_DIR/bin/$command"
    done
    printf '#!/usr/bin/env bash\n. %q\nservers_layout %q && servers_as %q -D %q -l %q "$@"\n' \
        "$SERVERS_SELF" "$S_DIR" "$S_PGBIN/pg_ctl" "$S_DIR/database" "$S_DIR/log/database.log" >"$S_DIR/bin/pg_ctl"
    for command in broker database; do
        printf '#!/usr/bin/env bash\n# %s start|stop|… of these private servers\nexec %q %s "$1" %q\n' \
            "$command" "$SERVERS_SELF" "$command" "$S_DIR" >"$S_DIR/bin/$command"
    done
    chmod 755 "$S_DIR"/bin/*
}

servers_environment() {
    cat >"$S_DIR/servers.env" <<-END
	export HABEAS_TEST_PG='postgresql://admin:$S_PASSWORD@127.0.0.1:$S_PG_PORT/postgres'
	export HABEAS_TEST_PG_TLS_PORT=$S_PG_PORT
	export HABEAS_TEST_CA='$S_DIR/tls/ca.pem'
	export HABEAS_TEST_AMQP='amqp://admin:$S_PASSWORD@127.0.0.1:$S_AMQP_PORT/'
	export HABEAS_TEST_AMQPS_PORT=$S_AMQPS_PORT
	export HABEAS_TEST_MANAGEMENT='http://admin:$S_PASSWORD@127.0.0.1:$S_MANAGEMENT_PORT'
	export HABEAS_TEST_NODE_DIR='$S_DIR/bin'
	END
}

# servers_place DIR: the folder the state really lives in. The servers' user must be able to reach it; a clone below
# someone's closed home directory is not reachable, then the state goes to /var/tmp and DIR becomes a link to it.
servers_place() {
    local dir=$1 real user=$2
    mkdir -p "$(dirname "$dir")"
    if [ -L "$dir" ]; then
        real=$(readlink "$dir")
        case $real in /var/tmp/private-servers.*) rm -rf "$real" ;; esac
        rm -f "$dir"
    fi
    rm -rf "$dir"
    mkdir -p "$dir"
    real=$(realpath "$dir")
    # PostgreSQL's settings and Erlang's arguments are no place for quoting: such a path is avoided, too.
    if { [ "$(id -u)" = 0 ] && ! setpriv --reuid "$user" --regid "$(id -g "$user")" --clear-groups test -x "$real"; } ||
        [[ $real == *[!A-Za-z0-9/._-]* ]]; then
        rmdir "$dir"
        real=$(mktemp -d /var/tmp/private-servers.XXXXXXXX)
        chmod 755 "$real"
        ln -s "$real" "$dir"
    fi
    printf '%s\n' "$real"
}

# servers_start DIR
servers_start() {
    local dir=$1 attempt postgres user
    postgres=$(servers_postgres_bin) || return
    [ -x "$RABBITMQ_BIN/rabbitmq-server" ] || { servers_say "RabbitMQ is not in $RABBITMQ_BIN."; return 69; }
    user=$(id -un)
    [ "$(id -u)" = 0 ] && user=nobody # servers don't run as root; PostgreSQL refuses to
    servers_stop "$dir" 2>/dev/null
    for attempt in 1 2 3; do
        local real
        real=$(servers_place "$dir" "$user") || return
        mkdir -p "$real"/{run,log,conf/rabbitmq.d,home,tmp,tls,bin,broker,database} || return
        cat >"$real/layout" <<-END
		S_DIR='$real' S_USER='$user' S_PGBIN='$postgres'
		S_NODE='private-$(openssl rand -hex 4)@localhost' S_COOKIE='$(openssl rand -hex 16)'
		S_PASSWORD='$(openssl rand -hex 12)'
		S_AMQP_PORT=$(servers_free_port) S_AMQPS_PORT=$(servers_free_port) S_MANAGEMENT_PORT=$(servers_free_port)
		S_EPMD_PORT=$(servers_free_port) S_DIST_PORT=$(servers_free_port) S_PG_PORT=$(servers_free_port)
		END
        servers_layout "$real"
        servers_certificates && servers_configure && servers_control && servers_environment || return
        printf '%s' "$S_PASSWORD" >"$real/tmp/password"
        chmod 700 "$real/database"
        [ "$(id -u)" = 0 ] && chown -R "$user:$(id -gn "$user")" "$real"
        broker_start "$real" &
        local broker=$! failed=0
        servers_as "$S_PGBIN/initdb" -D "$real/database" -U admin --pwfile "$real/tmp/password" --auth scram-sha-256 \
            --data-checksums --encoding UTF8 --locale C.UTF-8 >"$real/log/initdb.log" 2>&1 || {
            servers_say "initdb failed; see $real/log/initdb.log:"
            tail -n 5 "$real/log/initdb.log" >&2
            failed=1
        }
        if [ "$failed" = 0 ]; then
            servers_as sh -c "printf '%s\n' \"include '$real/conf/postgresql.conf'\" >>'$real/database/postgresql.conf'"
            database_start "$real" || failed=1
        fi
        wait "$broker" || failed=1
        rm -f "$real/tmp/password"
        [ "$failed" = 0 ] && return 0
        # Most likely a port that someone else took in between.
        servers_stop "$real"
        [ "$attempt" = 3 ] || servers_say "trying again with other ports"
    done
    return 69
}

# servers_stop DIR: stops what runs there; the state stays for reading.
servers_stop() {
    servers_layout "$1" || return 0
    broker_stop "$1" &
    database_stop "$1"
    wait $!
    servers_end epmd TERM 5
}

# servers_remove DIR: ends both at once, their state is of no more use, and deletes it.
servers_remove() {
    local real
    [ -e "$1" ] || return 0
    if servers_layout "$1" 2>/dev/null; then
        servers_end broker KILL 5
        servers_end database QUIT 5
        servers_end epmd TERM 5
    fi
    real=$(realpath "$1")
    rm -rf "$real"
    if [ -L "$1" ]; then rm -f "$1"; fi
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
    set -u
    usage() { sed -n '2,/^$/s/^# \{0,1\}//p' "$SERVERS_SELF" | sed '/^$/q' >&2; exit 64; }
    case ${1-} in
        start | stop | remove) [ $# = 2 ] || usage; "servers_$1" "$2" ;;
        broker)
            [ $# = 3 ] || usage
            case $2 in
                start | stop | kill) "broker_$2" "$3" ;;
                pid) servers_layout "$3" && servers_pid broker ;;
                *) usage ;;
            esac
            ;;
        database)
            [ $# = 3 ] || usage
            case $2 in
                start | stop | immediate) "database_$2" "$3" ;;
                pid) servers_layout "$3" && servers_pid database ;;
                *) usage ;;
            esac
            ;;
        *) usage ;;
    esac
fi
