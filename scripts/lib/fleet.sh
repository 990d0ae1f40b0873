# shellcheck shell=bash
# A fleet of workers on the private servers: its database and virtual host, one login for each worker, registries, workers.
# Sourced after session.sh, with the servers of `servers.env` running.

FLEET_VHOST=habeas
FLEET_DATABASE=habeas
# The kinds of workers that get logins, and the programs that are built; a script that needs others names them before.
FLEET_WORKERS=${FLEET_WORKERS:-intake clock}
FLEET_PROGRAMS=${FLEET_PROGRAMS:-habeas habeas-intake habeas-clock}

# fleet_build: the release programs; FLEET_BIN is where they lie. HABEAS_SWIFT_FLAGS adds to the build, for instance
# --static-swift-stdlib.
fleet_build() {
    local flags=()
    read -r -a flags <<<"${HABEAS_SWIFT_FLAGS-}"
    local name
    for name in $FLEET_PROGRAMS; do
        foreground swift build -c release --product "$name" "${flags[@]}" >&2 || return
    done
    FLEET_BIN=$(swift build -c release --show-bin-path "${flags[@]}") || return
}

fleet_port() { # URL: its host:port
    printf '%s\n' "$1" | sed -E 's#^[a-z]+://[^@]*@([^/]+).*#\1#'
}

# fleet_prepare DIR CLIENTS PUBLISHERS: from empty servers to a fleet that could start. DIR gets keys, passwords and the log
# of what was done. With FLEET_PLAY domain time can be moved; with FLEET_WITHOUT_QUEUES clients get no queue at the broker.
fleet_prepare() {
    mkdir -p "$1/log"
    if ! fleet_prepare_all "$@" >"$1/log/prepare.log" 2>&1; then
        tail -n 20 "$1/log/prepare.log" >&2
        return 1
    fi
}

fleet_prepare_all() {
    local dir=$1 clients=$2 publishers=$3 worker
    FLEET_DIR=$dir
    mkdir -p "$dir/passwords" "$dir/secrets"
    chmod 700 "$dir" "$dir/passwords" "$dir/secrets"
    FLEET_PG=$(fleet_port "$HABEAS_TEST_PG") FLEET_AMQP=$(fleet_port "$HABEAS_TEST_AMQP")
    psql -q -X "$HABEAS_TEST_PG" -v ON_ERROR_STOP=1 -c "CREATE DATABASE $FLEET_DATABASE" || return
    FLEET_ADMIN_DATABASE=${HABEAS_TEST_PG%/postgres}/$FLEET_DATABASE
    "$HABEAS_TEST_NODE_DIR/rabbitmqctl" -q add_vhost "$FLEET_VHOST" || return
    "$HABEAS_TEST_NODE_DIR/rabbitmqctl" -q set_permissions -p "$FLEET_VHOST" admin '.*' '.*' '.*' || return
    "$FLEET_BIN/habeas" keys create --file "$dir/keys" >/dev/null || return
    fleet_operator migrate up ${FLEET_PLAY:+--play} || return
    fleet_operator policy apply "$ROOT/deploy" || return
    for worker in $FLEET_WORKERS; do
        fleet_secret "$worker" >/dev/null
        psql -q -X "$FLEET_ADMIN_DATABASE" -v ON_ERROR_STOP=1 <<-END || return
		CREATE ROLE "habeas-$worker" LOGIN PASSWORD '$(fleet_secret "$worker")' IN ROLE habeas_$worker;
		END
    done
    fleet_topology || return
    fleet_clients "$clients" || return
    fleet_operator clients apply ${FLEET_WITHOUT_QUEUES:+--without-broker} "$dir/clients.yaml" || return
    local name
    while read -r name; do fleet_secret "$name" >/dev/null; done < <(sed -n 's/^- id: *//p' "$publishers")
    sed "s#@PASSWORD_FOLDER@#$dir/passwords#" "$publishers" >"$dir/publishers.yaml"
    fleet_operator publishers apply "$dir/publishers.yaml" || return
}

# fleet_clients FILE: the list with the sandbox's address, the folder of the webhook secrets and a public key filled in; a
# secret is made for each webhook that it names, and the private key is DIR/secrets/client.jwk.
fleet_clients() {
    local key
    key=$(python3 -B "$ROOT/scripts/lib/jwk.py" "$FLEET_DIR/secrets/client.jwk") || return
    sed -e "s#@PUBLIC_KEY@#$key#" -e "s#@SANDBOX@#${FLEET_SANDBOX-}#g" -e "s#@SECRETS@#$FLEET_DIR/secrets#g" "$1" >"$FLEET_DIR/clients.yaml" || return
    fleet_webhook_secrets "$1"
}

# fleet_systems FILE: the data map, with the sandbox's address, the folder of the secrets and the key of the app that gets tasks
# filled in, in force.
fleet_systems() {
    local key=''
    if grep -q '@PUBLIC_KEY@' "$1"; then
        key=$(python3 -B "$ROOT/scripts/lib/jwk.py" "$FLEET_DIR/secrets/app.jwk") || return
    fi
    sed -e "s#@PUBLIC_KEY@#$key#" -e "s#@SANDBOX@#${FLEET_SANDBOX-}#g" -e "s#@SECRETS@#$FLEET_DIR/secrets#g" "$1" >"$FLEET_DIR/systems.yaml" || return
    fleet_operator systems apply "$FLEET_DIR/systems.yaml"
}

# fleet_shop FILE NAME=VALUE…: the own database `shop` from the SQL of FILE with these variables, a login in it for the connector, and
# the URL with that as a file that only we read. SHOP_ADMIN is the URL of its owner.
fleet_shop() {
    local file=$1 pair variables=()
    shift
    for pair in "$@"; do variables+=(-v "$pair"); done
    psql -q -X "$HABEAS_TEST_PG" -v ON_ERROR_STOP=1 <<-END || return
	CREATE ROLE shop_privacy LOGIN PASSWORD '$(fleet_secret shop_privacy)';
	CREATE DATABASE shop;
	END
    SHOP_ADMIN=${HABEAS_TEST_PG%/postgres}/shop
    psql -q -X "$SHOP_ADMIN" -v ON_ERROR_STOP=1 "${variables[@]}" -f "$file" || return
    (umask 077 && printf 'postgresql://shop_privacy:%s@%s/shop\n' "$(fleet_secret shop_privacy)" "$FLEET_PG" >"$FLEET_DIR/secrets/shop.url")
}

# fleet_webhook_secrets CLIENTS: a secret for each webhook of the list, made once.
fleet_webhook_secrets() {
    local name
    while read -r name; do fleet_webhook_secret "$name" >/dev/null; done < <(grep -o '@SECRETS@/[a-z0-9-]*' "$1" | sed 's#.*/##' | sort -u)
}

# fleet_webhook_secret NAME: the secret with which a client's webhooks are signed; made on first use.
fleet_webhook_secret() {
    local file=$FLEET_DIR/secrets/$1.whsec
    [ -s "$file" ] || (umask 077 && printf 'whsec_%s\n' "$(openssl rand -base64 32)" >"$file")
    cat "$file"
}

# fleet_peers DIR CLIENTS: the outside world, before the fleet is prepared: habeas-sandbox at FLEET_SANDBOX, which knows the webhook
# secrets in DIR/secrets, and a mail server at FLEET_MAIL_PORT that keeps each mail as a file in DIR/mails and, where FLEET_GREYLIST
# says seconds, wants to be asked again by then.
fleet_peers() {
    local deadline=$((SECONDS + 15))
    mkdir -p "$1/secrets" "$1/mails" "$1/log"
    chmod 700 "$1" "$1/secrets"
    FLEET_DIR=$1 FLEET_MAILS=$1/mails
    # By this whoever ends the fleet later knows them as its own.
    local -x HABEAS_KEYS_FILE=$1/keys
    fleet_webhook_secrets "$2"
    worker_start "$1/log/sandbox.log" "$FLEET_BIN/habeas-sandbox" --port 0 --port-file "$1/sandbox.port" --secrets-folder "$1/secrets" \
        ${FLEET_SANDBOX_OPTIONS-}
    worker_start "$1/log/mailsink.log" /usr/bin/python3 -B "$ROOT/scripts/lib/mailsink.py" --folder "$1/mails" --port-file "$1/mail.port" \
        ${FLEET_GREYLIST:+--greylist "$FLEET_GREYLIST"}
    until [ -s "$1/sandbox.port" ] && [ -s "$1/mail.port" ]; do
        [ "$SECONDS" -lt "$deadline" ] || { tail -n 5 "$1"/log/*.log >&2; return 69; }
        sleep 0.05
    done
    FLEET_SANDBOX=http://127.0.0.1:$(cat "$1/sandbox.port")
    FLEET_MAIL_PORT=$(cat "$1/mail.port")
    # They are no workers with probes, but end with them.
    FLEET_PEERS=2
}

# fleet_secret NAME: its password; made on first use.
fleet_secret() {
    local file=$FLEET_DIR/passwords/$1
    [ -s "$file" ] || (umask 077 && openssl rand -hex 16 >"$file")
    cat "$file"
}

# fleet_operator_environment: NAME=VALUE lines for the operator who owns the installation.
fleet_operator_environment() {
    printf '%s\n' "HABEAS_DATABASE_URL=$FLEET_ADMIN_DATABASE" "HABEAS_AMQP_URL=$HABEAS_TEST_AMQP$FLEET_VHOST" \
        "HABEAS_AMQP_MANAGEMENT_URL=$HABEAS_TEST_MANAGEMENT" "HABEAS_KEYS_FILE=$FLEET_DIR/keys"
}

# fleet_operator ARGUMENT…: the command line as that operator. Passwords travel in the environment; arguments show in every
# process list.
fleet_operator() {
    local line
    while read -r line; do local -x "${line?}"; done < <(fleet_operator_environment)
    "$FLEET_BIN/habeas" "$@"
}

# fleet_operator_url NAME: the database with an operator's own login, made on first use; some things take two people.
fleet_operator_url() {
    if [ ! -s "$FLEET_DIR/passwords/$1" ]; then
        psql -q -X "$FLEET_ADMIN_DATABASE" -v ON_ERROR_STOP=1 <<-END >&2 || return
		CREATE ROLE "$1" LOGIN PASSWORD '$(fleet_secret "$1")' IN ROLE habeas_operator;
		END
    fi
    printf 'postgresql://%s:%s@%s/%s\n' "$1" "$(fleet_secret "$1")" "$FLEET_PG" "$FLEET_DATABASE"
}

fleet_publisher_url() { printf 'amqp://%s:%s@%s/%s\n' "$1" "$(fleet_secret "$1")" "$FLEET_AMQP" "$FLEET_VHOST"; }

# fleet_worker_environment KIND PORT: NAME=VALUE lines for one worker.
fleet_worker_environment() {
    printf '%s\n' \
        "HABEAS_DATABASE_URL=postgresql://habeas-$1:$(fleet_secret "$1")@$FLEET_PG/$FLEET_DATABASE" \
        "HABEAS_AMQP_URL=amqp://habeas-$1:$(fleet_secret "$1")@$FLEET_AMQP/$FLEET_VHOST" \
        "HABEAS_KEYS_FILE=$FLEET_DIR/keys" "HABEAS_PROBES_PORT=$2"
    if [ "$1" = export ]; then
        (umask 077 && mkdir -p "$FLEET_DIR/exports")
        printf '%s\n' "HABEAS_EXPORTS_FOLDER=$FLEET_DIR/exports"
    fi
    if [ "$1" = gateway ]; then
        printf '%s\n' "HABEAS_GATEWAY_PORT=${FLEET_GATEWAY_PORT-0}" "HABEAS_EXPORTS_FOLDER=$FLEET_DIR/exports"
    fi
    case $1 in referral | erasure | export | breach) ;; *) return 0 ;; esac
    printf '%s\n' "HABEAS_POLICY_FOLDER=$ROOT/deploy"
    [ -n "${FLEET_MAIL_PORT-}" ] || return 0
    printf '%s\n' HABEAS_MAIL_HOST=127.0.0.1 "HABEAS_MAIL_PORT=$FLEET_MAIL_PORT" HABEAS_MAIL_SECURITY=none HABEAS_MAIL_INTERNAL=true \
        HABEAS_MAIL_FROM=privacy@vendor.example "HABEAS_MAIL_FROM_NAME=Vendor privacy desk" HABEAS_MAIL_MESSAGE_ID_DOMAIN=vendor.example
}

# fleet_json WORKERS PUBLISHERS [NAME=TEXT]…: what a run in Python needs to know of the fleet, and the texts as further members.
# Each worker is a KIND-COPY and gets a free port. Those whose kind FLEET_NICE names run at a lower priority (nice 10).
fleet_json() {
    local workers=$1 publishers=$2 name
    shift 2
    {
        printf '%s\n' "database_url=$FLEET_ADMIN_DATABASE" "management_url=$HABEAS_TEST_MANAGEMENT" "vhost=$FLEET_VHOST" \
            "node_dir=$HABEAS_TEST_NODE_DIR" "habeas=$FLEET_BIN/habeas" "sandbox=${FLEET_SANDBOX-}" "$@"
        printf '\0'
        fleet_operator_environment
        printf '\0'
        for name in $publishers; do printf '%s=%s\n' "$name" "$(fleet_publisher_url "$name")"; done
        for name in $workers; do
            printf '\0%s\n' "$name"
            fleet_worker_environment "${name%-*}" "$(servers_free_port)"
        done
    } | FLEET_NICE=${FLEET_NICE-} python3 -c '
import json, os, sys
def pairs(text):
    return dict(line.split("=", 1) for line in text.splitlines())
def worker(text):
    name, _, lines = text.partition("\n")
    environment = pairs(lines)
    kind = name.rsplit("-", 1)[0]
    nice = ["nice", "-n", "10"] if kind in os.environ["FLEET_NICE"].split() else []
    return {"name": "habeas-" + name, "argv": nice + [found["habeas"] + "-" + kind], "port": int(environment["HABEAS_PROBES_PORT"]), "env": environment}
members, operator, publishers, *workers = sys.stdin.read().split("\0")
found = pairs(members)
found.update(operator_env=pairs(operator), publisher_urls=pairs(publishers), workers=[worker(text) for text in workers])
print(json.dumps(found))'
}

# fleet_start KIND COPY: starts one worker; its probe port goes to FLEET_PORTS.
FLEET_PORTS=()
FLEET_PEERS=0
fleet_start() {
    local port line
    port=$(servers_free_port)
    while read -r line; do local -x "${line?}"; done < <(fleet_worker_environment "$1" "$port")
    worker_start "$FLEET_DIR/log/habeas-$1-$2.log" "$FLEET_BIN/habeas-$1"
    FLEET_PORTS+=("$port")
}

# fleet_ready SECONDS: waits until every worker says so.
fleet_ready() {
    local deadline=$((SECONDS + $1)) i answer
    for i in "${!FLEET_PORTS[@]}"; do
        while :; do
            answer=$(fleet_probe "${FLEET_PORTS[$i]}" /health/ready)
            [[ $answer == *" 200 "* ]] && break
            if [ "$SECONDS" -ge "$deadline" ] || ! kill -0 "${WORKER_PIDS[$((i + FLEET_PEERS))]}" 2>/dev/null; then
                say "a worker did not become ready; its last words:"
                tail -n 5 "$FLEET_DIR"/log/*.log >&2
                return 69
            fi
            sleep 0.05
        done
    done
}

# fleet_probe PORT PATH: the status line, without a client to install.
fleet_probe() {
    (
        exec 3<>"/dev/tcp/127.0.0.1/$1" || exit
        printf 'GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' "$2" >&3
        IFS= read -r -t 2 line <&3
        printf '%s\n' "$line"
    ) 2>/dev/null
}

# fleet_topology: exchanges, queues, and the broker logins of the workers that run here.
fleet_topology() {
    local worker
    for worker in $FLEET_WORKERS; do
        printf 'habeas-%s: file:%s\n' "$worker" "$FLEET_DIR/passwords/$worker"
    done >"$FLEET_DIR/workers.yaml"
    fleet_operator topology apply --workers-passwords "$FLEET_DIR/workers.yaml"
}
