#!/usr/bin/env bash
# OpenStack Swift on one node with its S3 interface, for tests. No systemd, no memcached.
# Debian packages: swift-proxy swift-account swift-container swift-object. Any user may run it.
# usage: swift.sh S3_PORT OBJECT_PORT CONTAINER_PORT ACCOUNT_PORT      access key test:tester, secret key testing
. "$(dirname "$0")/until-stopped.sh"
s3_port=$1
declare -A ports=([object]=$2 [container]=$3 [account]=$4)

mkdir -p "$folder"/{node/d1,log,lock}
cd "$folder"
printf '[swift-hash]\nswift_hash_path_suffix = a\nswift_hash_path_prefix = b\n' >swift.conf

# The same as three calls of swift-ring-builder for each ring, in one process.
/usr/bin/python3 - "object=$2" "container=$3" "account=$4" 2>log/rings.out <<'PYTHON'
import sys
from swift.common.ring import RingBuilder
for name, port in (argument.split('=') for argument in sys.argv[1:]):
    builder = RingBuilder(part_power=4, replicas=1, min_part_hours=1)
    builder.add_dev(dict(region=1, zone=1, ip='127.0.0.1', port=int(port), device='d1', weight=1.0,
                         replication_ip='127.0.0.1', replication_port=int(port), meta=''))
    builder.rebalance()
    builder.get_ring().save(name + '.ring.gz')
PYTHON

for server in object container account; do
  cat >"$server.conf" <<CONF
[DEFAULT]
devices = $folder/node
mount_check = false
bind_ip = 127.0.0.1
bind_port = ${ports[$server]}
workers = 0
user = $(id -un)
swift_dir = $folder
lock_path = $folder/lock
disable_fallocate = true
fallocate_reserve = 0
db_preallocation = off
[pipeline:main]
pipeline = $server-server
[app:$server-server]
use = egg:swift#$server
CONF
  daemon "$server" "swift-$server-server" "$server.conf"
done

filters='catch_errors gatekeeper proxy_logging memcache listing_formats s3api tempauth copy bulk slo dlo versioned_writes'
cat >proxy.conf <<CONF
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = $s3_port
workers = 0
user = $(id -un)
swift_dir = $folder
[pipeline:main]
pipeline = $filters proxy-server
[app:proxy-server]
use = egg:swift#proxy
allow_account_management = true
account_autocreate = true
CONF
for filter in $filters; do printf '[filter:%s]\nuse = egg:swift#%s\n' "$filter" "$filter" >>proxy.conf; done
# After their section's head, the options that some of them need.
sed -i -e '/^use = egg:swift#tempauth/a user_test_tester = testing .admin' \
  -e '/^use = egg:swift#memcache/a memcache_servers = 127.0.0.1:1' \
  -e '/^use = egg:swift#s3api/a dns_compliant_bucket_names = no\ncheck_bucket_owner = no\nlocation = us-east-1' proxy.conf
daemon proxy swift-proxy-server proxy.conf

for port in "$s3_port" "${ports[@]}"; do until_open "$port"; done
run_until_stopped
