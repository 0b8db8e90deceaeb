#!/usr/bin/env bash
# Starts a real S3 server (Ceph RGW 16 over one OSD in memory) on loopback, for the conformance tests of the S3 store.
# It verifies signatures, has versions and delete markers, knows no x-amz-checksum-*, and answers 411 to chunked uploads.
#
#   apt-get install -y --no-install-recommends radosgw ceph-mon ceph-osd ceph-mgr ceph-common curl
#   ceph-up.sh DIR [PORT=4580]   DIR is new or was made by this script. Uses PORT and the next two; prints the endpoint
#                                when it is ready. Access key demoaccess, secret demosecret.
#   ceph-up.sh DIR stop          ends the processes that were started in DIR, and waits until they are gone
set -euo pipefail

usage() { sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2; }
[ $# -ge 1 ] && [ $# -le 2 ] || usage
dir=$(realpath -m -- "$1")
port=${2:-4580}

# Only a process that names DIR is ours: an id in an old file may long be somebody else's.
ours() { tr '\0' ' ' 2>/dev/null < "/proc/$1/cmdline" | grep -qF -- "$dir/ceph.conf"; }

# Killed outright: they hold nothing but memory, and the gateway takes ten seconds to take its leave.
stop() {
  local file id
  for file in "$dir"/run/*.started; do
    [ -e "$file" ] || continue
    id=$(cat "$file")
    while ours "$id"; do
      kill -KILL "$id" 2>/dev/null || true
      sleep 0.1
    done
    rm -f "$file"
  done
}

if [ "$port" = stop ]; then stop; exit; fi
[[ $port =~ ^[0-9]+$ ]] || usage
for tool in radosgw ceph-mon ceph-osd ceph curl; do
  command -v "$tool" >/dev/null || { echo "ceph-up.sh: $tool is not installed; the first lines of this script say how" >&2; exit 1; }
done
if [ -n "$(ls -A "$dir" 2>/dev/null)" ]; then
  [ -f "$dir/made-by-ceph-up" ] || { echo "ceph-up.sh: $dir is not empty, and not of this script: give a new folder" >&2; exit 1; }
  stop
  rm -rf "$dir"
fi
for taken in "$port" $((port + 1)) $((port + 2)); do
  if (: < "/dev/tcp/127.0.0.1/$taken") 2>/dev/null; then
    echo "ceph-up.sh: port $taken is taken: give another PORT, of which the next two are free as well" >&2
    exit 1
  fi
done
mkdir -p "$dir"/{run,log,mon/a,osd/0,rgw}
cd "$dir"
touch made-by-ceph-up

failed() {
  trap - ERR INT TERM
  echo "ceph-up.sh: Ceph did not start; the ends of its logs:" >&2
  tail -n 15 log/*.out >&2 || true
  stop
  exit 1
}
trap failed ERR INT TERM

# await SECONDS COMMAND…: until the command succeeds; no longer than that, and not once a server has ended.
await() {
  local until=$((SECONDS + $1)) file; shift
  until "$@" > /dev/null 2>&1; do
    [ $SECONDS -lt $until ] || { echo "ceph-up.sh: waited in vain for: $*" >&2; return 1; }
    sleep 0.2
    for file in run/*.started; do
      ours "$(cat "$file")" || { echo "ceph-up.sh: $(basename "$file" .started) has ended by itself" >&2; return 1; }
    done
  done
}

# start NAME COMMAND…: in the background, in a session of its own, so that Ctrl+C in a test run does not end it first.
start() {
  local name=$1; shift
  setsid nohup "$@" > "log/$name.out" 2>&1 < /dev/null &
  echo $! > "run/$name.started"
}

monitor="[v2:127.0.0.1:$((port + 1)),v1:127.0.0.1:$((port + 2))]"
cluster=$(cat /proc/sys/kernel/random/uuid)
cat > ceph.conf <<CONF
[global]
fsid = $cluster
mon host = $monitor
public network = 127.0.0.0/8
cluster network = 127.0.0.0/8
ms bind ipv4 = true
run dir = $dir/run
admin socket = $dir/run/\$name.asok
pid file = $dir/run/\$name.pid
log file = $dir/log/\$name.log
keyring = $dir/keyring
mon data = $dir/mon/\$id
mon data avail crit = 1
mon allow pool size one = true
mon warn on pool no redundancy = false
osd data = $dir/osd/\$id
osd objectstore = memstore
memstore device bytes = 2147483648
osd memory target = 939524096
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
osd crush chooseleaf type = 0
rgw data = $dir/rgw
rgw gc obj min wait = 1
rgw gc processor period = 2
rgw gc processor max time = 2
CONF
conf=(-c "$dir/ceph.conf")

ceph-authtool --create-keyring keyring --gen-key -n mon. --cap mon 'allow *' > /dev/null
ceph-authtool keyring --gen-key -n client.admin --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *' > /dev/null
monmaptool --create --clobber --fsid "$cluster" --addv a "$monitor" monmap > /dev/null
ceph-mon "${conf[@]}" -i a --mkfs --monmap monmap --keyring keyring > log/mon-mkfs.out 2>&1
start mon ceph-mon "${conf[@]}" -i a -f
await 30 timeout 3 ceph "${conf[@]}" -s

disk=$(cat /proc/sys/kernel/random/uuid)
ceph "${conf[@]}" osd new "$disk" > /dev/null
ceph "${conf[@]}" auth get-or-create osd.0 mon 'allow profile osd' osd 'allow *' -o osd/0/keyring
ceph-osd "${conf[@]}" -i 0 --mkfs --osd-uuid "$disk" --keyring osd/0/keyring > log/osd-mkfs.out 2>&1
start osd ceph-osd "${conf[@]}" -i 0 -f --keyring osd/0/keyring
osd_is_up() { ceph "${conf[@]}" osd stat | grep -q '1 up'; }
await 30 osd_is_up

ceph "${conf[@]}" auth get-or-create client.rgw mon 'allow rw' osd 'allow rwx' -o rgw/keyring
start rgw radosgw "${conf[@]}" -n client.rgw -f --keyring="$dir/rgw/keyring" \
  --rgw_frontends="beast endpoint=127.0.0.1:$port"
await 90 curl -s -o /dev/null "http://127.0.0.1:$port/"
timeout 60 radosgw-admin "${conf[@]}" user create --uid=demo --display-name=demo \
  --access-key=demoaccess --secret=demosecret > log/user.out 2>&1
ours "$(cat run/rgw.started)"
echo "http://127.0.0.1:$port"
