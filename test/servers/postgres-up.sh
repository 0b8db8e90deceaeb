#!/usr/bin/env bash
# Starts a real Postgres on loopback, for the tests of Postgres as a target. Its databases order texts as English does,
# so that whoever relies on the order of bytes has to say so; it asks for passwords, and speaks TLS with a certificate
# that nobody has signed. It does not wait for the disk: for tests alone.
#
#   apt-get install -y --no-install-recommends postgresql openssl
#   postgres-up.sh DIR [PORT=5540]   DIR is new or was made by this script. Prints the address of a superuser when it is
#                                    ready. The certificate is DIR/server.crt, for the names localhost and 127.0.0.1.
#   postgres-up.sh DIR restart       ends it as a crash would, and starts it again
#   postgres-up.sh DIR stop          ends it, and waits until it is gone
set -euo pipefail

usage() { sed -n '2,12s/^# \{0,1\}//p' "$0" >&2; exit 2; }
[ $# -ge 1 ] && [ $# -le 2 ] || usage
dir=$(realpath -m -- "$1")
port=${2:-5540}
data=$dir/data
bin=$(find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1)
[ -x "$bin/postgres" ] || { echo "postgres-up.sh: Postgres is not installed; the first lines of this script say how" >&2; exit 1; }

# Postgres refuses to run as root.
as_postgres() { if [ "$(id -u)" = 0 ]; then (cd / && exec runuser -u postgres -- "$@"); else "$@"; fi; }

# Only a process that names DIR is ours: an id in an old file may long be somebody else's.
running() {
  local id
  id=$(head -n 1 "$data/postmaster.pid" 2>/dev/null) || return 1
  tr '\0' ' ' 2>/dev/null < "/proc/$id/cmdline" | grep -qF -- "$data"
}

start() {
  if ! as_postgres "$bin/pg_ctl" -D "$data" -l "$dir/log" -w -t 30 start > /dev/null; then
    echo "postgres-up.sh: Postgres did not start; the end of its log:" >&2
    tail -n 15 "$dir/log" >&2 || true
    exit 1
  fi
}

stop() { if running; then as_postgres "$bin/pg_ctl" -D "$data" -m immediate -w stop > /dev/null; fi; }

case $port in
  stop) stop; exit ;;
  restart) stop; start; exit ;;
esac
[[ $port =~ ^[0-9]+$ ]] || usage
if [ -n "$(ls -A "$dir" 2>/dev/null)" ]; then
  [ -f "$dir/made-by-postgres-up" ] || { echo "postgres-up.sh: $dir is not empty, and not of this script: give a new folder" >&2; exit 1; }
  stop
  rm -rf "$dir"
fi
if (: < "/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
  echo "postgres-up.sh: port $port is taken: give another PORT" >&2
  exit 1
fi
mkdir -p "$dir"
touch "$dir/made-by-postgres-up"
(umask 077; head -c 18 /dev/urandom | base64 | tr '+/' 'ab' > "$dir/password")
openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=localhost -addext 'subjectAltName=DNS:localhost,IP:127.0.0.1' \
  -keyout "$dir/server.key" -out "$dir/server.crt" 2> /dev/null
chmod 600 "$dir/server.key"
chmod 755 "$dir"
if [ "$(id -u)" = 0 ]; then chown -R postgres: "$dir"; fi

as_postgres "$bin/initdb" -D "$data" -U postgres --pwfile="$dir/password" --auth=scram-sha-256 --encoding=UTF8 \
  --locale=C.UTF-8 --locale-provider=icu --icu-locale=en-US --no-sync > "$dir/initdb.out" 2>&1 \
  || { cat "$dir/initdb.out" >&2; exit 1; }
as_postgres tee -a "$data/postgresql.conf" > /dev/null <<CONF
listen_addresses = '127.0.0.1'
port = $port
unix_socket_directories = '$dir'
ssl = on
ssl_cert_file = '$dir/server.crt'
ssl_key_file = '$dir/server.key'
fsync = off
max_connections = 200
deadlock_timeout = 100ms
CONF
start
echo "postgres://postgres:$(cat "$dir/password")@127.0.0.1:$port/postgres"
