# One device and one copy of everything, on the controller: enough to see how it is used, nothing to keep things in.
install -d -o root -g root -m 0755 /srv/node
install -d -o swift -g swift -m 0755 /srv/node/d1

set_options /etc/swift/swift.conf <<CONF
[swift-hash]
swift_hash_path_suffix = $PARAM_SWIFT_HASH
swift_hash_path_prefix =
CONF
for kind in account container object; do
  set_options /etc/swift/$kind-server.conf <<'CONF'
[DEFAULT]
bind_ip = 127.0.0.1
workers = 1
devices = /srv/node
mount_check = false
CONF
done

# The package asks accounts in its own file; Keystone takes their place.
{
  cat <<'CONF'
[DEFAULT]
workers = 1
[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck proxy-logging cache listing_formats container_sync bulk tempurl ratelimit authtoken keystoneauth copy container-quotas account-quotas slo dlo versioned_writes symlink proxy-logging proxy-server
[app:proxy-server]
# A project's account comes to be with its first container.
account_autocreate = true
[filter:cache]
memcache_servers = 127.0.0.1:11211
[filter:keystoneauth]
use = egg:swift#keystoneauth
operator_roles = admin, member
[filter:authtoken]
paste.filter_factory = keystonemiddleware.auth_token:filter_factory
# Who comes without a token may still be let in by a container's own rules.
delay_auth_decision = true
CONF
  token_check swift "$PARAM_SWIFT_PASSWORD" | sed 's/^\[keystone_authtoken\]$/[filter:authtoken]/'
} | set_options /etc/swift/proxy-server.conf
chown root:swift /etc/swift/swift.conf /etc/swift/proxy-server.conf
chmod 0640 /etc/swift/swift.conf /etc/swift/proxy-server.conf

# Where things lie. The builders' files tell when they were made, so they are kept where no two controllers are compared.
mkdir -p $STATE/rings
ring() {
  builder=$STATE/rings/$1.builder
  [ ! -e /etc/swift/$1.ring.gz ] || return 0
  rm -f $builder
  swift-ring-builder $builder create 8 1 1
  swift-ring-builder $builder add "r1z1-127.0.0.1:$2/d1" 100
  swift-ring-builder $builder rebalance 1 || [ $? = 1 ] # 1: with a warning, of a ring with one device
  install -m 0644 $STATE/rings/$1.ring.gz /etc/swift/$1.ring.gz.new
  mv /etc/swift/$1.ring.gz.new /etc/swift/$1.ring.gz
}
ring account 6202
ring container 6201
ring object 6200

# shellcheck disable=SC2086,SC2154 # a list of words, of the release
start $UNITS_object
answers "http://$CONTROLLER:8080/healthcheck" 60 swift-proxy
echo "object storage at http://$CONTROLLER:8080"
