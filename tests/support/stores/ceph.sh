#!/usr/bin/env bash
# Ceph on one node, for tests: a monitor, one OSD in memory and the S3 gateway. No manager, no systemd, no authentication inside.
# Debian packages: ceph-mon ceph-osd radosgw ceph-common. Any user may run it.
# usage: ceph.sh S3_PORT MONITOR_PORT ACCESS_KEY SECRET_KEY [USER...]
# Users have no rights, their name for access key and secret-of-NAME for secret; whoever has the first key may give them policies.
. "$(dirname "$0")/until-stopped.sh"
s3_port=$1 monitor_port=$2 access_key=$3 secret_key=$4
shift 4

mkdir "$folder"/{mon,osd,rgw,log,run}
fsid=$(cat /proc/sys/kernel/random/uuid)
export CEPH_CONF="$folder/ceph.conf"
# Without "ms mon client mode = crc" the gateway waits for ever. The long paxos intervals of the defaults make the start slow.
cat >"$CEPH_CONF" <<CONF
[global]
fsid = $fsid
mon host = [v2:127.0.0.1:$monitor_port]
mon initial members = a
auth cluster required = none
auth service required = none
auth client required = none
ms mon client mode = crc
ms bind ipv4 = true
ms bind ipv6 = false
ms bind msgr1 = false
public network = 127.0.0.0/8
cluster network = 127.0.0.0/8
pid file =
log file = $folder/log/\$name.log
admin socket = $folder/run/\$name.asok
run dir = $folder/run
crash dir = $folder
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pgp num = 4
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon max pg per osd = 1000
mon osd full ratio = .99
mon osd nearfull ratio = .98
mon osd backfillfull ratio = .985
mon data avail warn = 1
mon data avail crit = 1
paxos propose interval = 0.05
paxos min wait = 0.01
mon tick interval = 1
[mon.a]
mon data = $folder/mon
[osd]
osd data = $folder/osd
osd objectstore = memstore
memstore device bytes = 4294967296
osd class update on start = false
osd scrub during recovery = false
[client.rgw.a]
rgw data = $folder/rgw
rgw frontends = beast endpoint=127.0.0.1:$s3_port
rgw enable usage log = false
rgw enable ops log = false
rgw thread pool size = 64
rgw override bucket index max shards = 1
rgw dynamic resharding = false
CONF

monmaptool --create --fsid "$fsid" --addv a "[v2:127.0.0.1:$monitor_port]" "$folder/monmap" >/dev/null
ceph-mon -i a --mkfs --monmap "$folder/monmap" >/dev/null 2>&1
daemon mon ceph-mon -i a -f
until_open "$monitor_port"
uuid=$(cat /proc/sys/kernel/random/uuid)
ceph osd new "$uuid" 0 >/dev/null
ceph-osd -i 0 --mkfs --osd-uuid "$uuid" >"$folder/log/mkfs.out" 2>&1
ceph osd crush add osd.0 1.0 host=localhost root=default 2>"$folder/log/crush.out"
daemon osd ceph-osd -i 0 -f
daemon gateway radosgw -n client.rgw.a -f
until_open "$s3_port"
radosgw-admin -n client.rgw.a user create --uid=test --display-name=test \
  --access-key="$access_key" --secret-key="$secret_key" >/dev/null 2>"$folder/log/admin.out"
for name in "$@"; do
  radosgw-admin -n client.rgw.a caps add --uid=test --caps='user-policy=*' >/dev/null 2>>"$folder/log/admin.out"
  radosgw-admin -n client.rgw.a user create --uid="$name" --display-name="$name" \
    --access-key="$name" --secret-key="secret-of-$name" >/dev/null 2>>"$folder/log/admin.out"
done
run_until_stopped
