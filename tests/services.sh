#!/bin/sh
# A real PostgreSQL for the tests marked `cluster`: on loopback, as a user of its own, in a folder
# that is removed again. `start` may be repeated. Its URL, with a password made for it, is written
# to build/services/postgresql.url, which the tests read. And Chromium, in which pages are opened.
set -eu
cd "$(dirname "$0")/.."
url_file=build/services/postgresql.url
home=${TMPDIR:-/tmp}/archforge-postgresql-$(id -u)
data=$home/data

installed() { command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; }

install_it() {
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        echo "services: $1 is not installed; as root: apt-get install $1" >&2
        return 1
    fi
    apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y "$1"
}

# Without it the tests that need it are skipped; PostgreSQL is started all the same.
browser() { command -v chromium >/dev/null || install_it chromium || true; }

# The server refuses to run as root.
as_server() {
    if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

tool() {
    newest=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
    name=$1
    shift
    (cd / && as_server "${newest:+$newest/}$name" "$@")
}

runs() { [ -d "$data" ] && tool pg_ctl -D "$data" status >/dev/null 2>&1; }

stop() {
    if runs; then tool pg_ctl -D "$data" -m fast -w stop >/dev/null; fi
    rm -rf "$home" "$url_file"
}

start() {
    if runs && [ -f "$url_file" ]; then
        echo "services: PostgreSQL runs ($url_file)"
        return
    fi
    installed || install_it postgresql || exit 1
    stop
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    password=$(python3 -c 'import secrets; print(secrets.token_hex(16))')
    mkdir -m 700 "$home"
    printf '%s\n' "$password" >"$home/password"
    if [ "$(id -u)" = 0 ]; then chown -R postgres "$home"; fi
    tool initdb -D "$data" -U archforge -A scram-sha-256 --pwfile "$home/password" >/dev/null
    tool pg_ctl -D "$data" -w -l "$home/log" \
        -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$home" start >/dev/null
    mkdir -p build/services
    (umask 077 && echo "postgresql://archforge:$password@127.0.0.1:$port/postgres" >"$url_file")
    echo "services: PostgreSQL was started ($url_file)"
}

case "${1:-}" in
start) browser && start ;;
restart) tool pg_ctl -D "$data" -m immediate -w restart >/dev/null ;;
stop) stop ;;
*) echo "usage: $0 start|restart|stop" >&2 && exit 2 ;;
esac
