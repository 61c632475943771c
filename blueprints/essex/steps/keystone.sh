set_options /etc/keystone/keystone.conf <<CONF
[database]
connection = mysql+pymysql://keystone:$PARAM_KEYSTONE_DB_PASSWORD@127.0.0.1/keystone
[token]
provider = fernet
[identity]
# What bcrypt takes; a greater value is warned of at every login.
max_password_length = 72
# 2^10 rounds of bcrypt, the least that OWASP advises; 2^12, the default, are a quarter of a second of a core at every login, and the
# services of one boot and its checks log in some twenty times.
password_hash_rounds = 10
[cache]
enabled = true
backend = dogpile.cache.memcached
memcache_servers = 127.0.0.1:11211
CONF
few_processes /etc/keystone/keystone-uwsgi.ini

# What keystone-manage fernet_setup and credential_setup make (32 random bytes in URL-safe base64), without two starts of Python.
for keys in /etc/keystone/fernet-keys /etc/keystone/credential-keys; do
  install -d -o keystone -g keystone -m 0700 $keys
  for number in 0 1; do
    [ -s $keys/$number ] && continue
    (umask 077 && head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '\n' >$keys/$number.new)
    chown keystone:keystone $keys/$number.new
    mv $keys/$number.new $keys/$number
  done
done

has_schema keystone || make_tables keystone as keystone keystone-manage db_sync
OS_BOOTSTRAP_PASSWORD=$PARAM_ADMIN_PASSWORD as keystone keystone-manage bootstrap \
  --bootstrap-region-id="$PARAM_REGION" \
  --bootstrap-public-url "$IDENTITY_URL" --bootstrap-internal-url "$IDENTITY_URL" --bootstrap-admin-url "$IDENTITY_URL"

start keystone
answers "$IDENTITY_URL" 180 keystone

(
  umask 077
  cat >/root/openrc.new <<RC
# . /root/openrc; openstack token issue
export OS_AUTH_URL=$IDENTITY_URL OS_IDENTITY_API_VERSION=3 OS_IMAGE_API_VERSION=2 OS_REGION_NAME='$PARAM_REGION'
export OS_USERNAME=admin OS_USER_DOMAIN_NAME=Default OS_PROJECT_NAME=admin OS_PROJECT_DOMAIN_NAME=Default
export OS_PASSWORD='$PARAM_ADMIN_PASSWORD'
RC
)
mv /root/openrc.new /root/openrc
echo "identity at $IDENTITY_URL; /root/openrc on $NODE_NAME"
