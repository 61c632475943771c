# RabbitMQ reads its users from a file at every start: no rabbitmqctl, whose every call is a start of the Erlang machine.
# A user that stands there takes the place of the built-in guest.
python3 - <<'PYTHON'
import base64, hashlib, json, os, pwd
path = '/etc/rabbitmq/definitions.json'
password = os.environ['PARAM_QUEUE_PASSWORD'].encode()

def salted(salt):
    return salt + hashlib.sha256(salt + password).digest()

# A step that is done again changes nothing where nothing has changed.
try:
    with open(path) as file:
        hashed = base64.b64decode(json.load(file)['users'][0]['password_hash'])
except (OSError, ValueError, LookupError, TypeError):
    hashed = b''
if hashed != salted(hashed[:4]):
    hashed = salted(os.urandom(4))
everything = {'user': 'openstack', 'vhost': '/', 'configure': '.*', 'write': '.*', 'read': '.*'}
definitions = {
    'users': [{
        'name': 'openstack', 'tags': '', 'password_hash': base64.b64encode(hashed).decode(),
        'hashing_algorithm': 'rabbit_password_hashing_sha256',
    }],
    'vhosts': [{'name': '/'}],
    'permissions': [everything],
}
owner = pwd.getpwnam('rabbitmq')
with os.fdopen(os.open(path + '.new', os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 'w') as file:
    json.dump(definitions, file, indent=1)
os.chown(path + '.new', owner.pw_uid, owner.pw_gid)
os.rename(path + '.new', path)
PYTHON
cat >/etc/rabbitmq/rabbitmq.conf <<CONF
listeners.tcp.1 = 127.0.0.1:5672
listeners.tcp.2 = $CONTROLLER:5672
load_definitions = /etc/rabbitmq/definitions.json
CONF
# Its nodes talk to each other on these, and there is one only. A scheduler per core that waits in a loop starves the rest.
cat >/etc/rabbitmq/rabbitmq-env.conf <<'CONF'
NODENAME=rabbit@localhost
SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1} +sbwt none"
CONF
# The other services are ordered behind it at boot, and it is there late: Keystone and Placement need not wait for it, and the rest
# connects when it can.
mkdir -p /etc/systemd/system/rabbitmq-server.service.d
printf '[Service]\nType=exec\n' >/etc/systemd/system/rabbitmq-server.service.d/essex.conf
systemctl daemon-reload
start rabbitmq-server
python3 - <<'PYTHON' || die "RabbitMQ did not take connections within 3 minutes: look at journalctl -u rabbitmq-server and /var/log/rabbitmq"
import socket, sys, time
deadline = time.monotonic() + 180
while True:
    try:
        socket.create_connection(('127.0.0.1', 5672), 5).close()
        break
    except OSError:
        if time.monotonic() > deadline:
            sys.exit(1)
        time.sleep(0.2)
PYTHON
echo "RabbitMQ at $CONTROLLER:5672, user openstack"
