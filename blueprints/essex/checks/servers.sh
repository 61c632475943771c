# A server on every compute node, at the same time: to ACTIVE, and away again. What a check that was cut off left behind is
# found by its name and deleted first; a check that is ended deletes its own.
openstack_api <<'PYTHON'
import signal, time
PREFIX = 'deployday-check'
NODES = os.environ.get('ROLE_COMPUTE_NAMES', '').split()
LIMIT = 150 # seconds for all of it, of the 3 minutes that the check has
started = time.monotonic()
signal.signal(signal.SIGTERM, lambda *_: sys.exit('ended before it was done'))

login()
compute, image = endpoint('compute'), endpoint('image')
session['headers'] = {'OpenStack-API-Version': 'compute 2.74'} # a server for a host by its name, and without a network

def mine():
    """Servers of this check by id, whatever state they are in."""
    page = call('GET', '%s/servers/detail?all_tenants=1&name=%s' % (compute, PREFIX))[2]['servers']
    return {server['id']: server for server in page if server['name'].startswith(PREFIX)}

def wait(what, done):
    while True:
        servers = mine()
        if done(servers):
            return servers
        if time.monotonic() - started > LIMIT:
            slow = ', '.join(sorted('%s %s' % (s['name'][len(PREFIX) + 1:], s['status']) for s in servers.values()))
            sys.exit('not %s after %d s: %s' % (what, LIMIT, slow or 'none is there'))
        time.sleep(0.3)

def clean():
    """Servers go first: nothing is deleted from under them."""
    for server in mine():
        call('DELETE', '%s/servers/%s' % (compute, server), ok=(404,))
    wait('gone', lambda servers: not servers)
    for flavour in call('GET', compute + '/flavors/detail?is_public=None')[2]['flavors']:
        if flavour['name'] == PREFIX:
            call('DELETE', '%s/flavors/%s' % (compute, flavour['id']), ok=(404,))
    for old in call('GET', '%s/v2/images?name=%s-server' % (image, PREFIX))[2]['images']:
        call('DELETE', '%s/v2/images/%s' % (image, old['id']), ok=(404,))

def problem(server):
    return (server.get('fault') or {}).get('message', server['status'])

clean()
try:
    flavour = call('POST', compute + '/flavors', {'flavor': {'name': PREFIX, 'vcpus': 1, 'ram': 64, 'disk': 1}})[2]['flavor']
    made = {'name': PREFIX + '-server', 'disk_format': 'raw', 'container_format': 'bare'}
    picture = call('POST', image + '/v2/images', made)[2]
    call('PUT', '%s/v2/images/%s/file' % (image, picture['id']), bytes(65536), content='application/octet-stream')
    for node in NODES:
        call('POST', compute + '/servers', {'server': {
            'name': '%s-%s' % (PREFIX, node), 'flavorRef': flavour['id'], 'imageRef': picture['id'],
            'networks': 'none', 'host': node,
        }})
    servers = wait('ACTIVE', lambda servers: len(servers) == len(NODES) and
                   all(s['status'] in ('ACTIVE', 'ERROR') for s in servers.values()))
    took = time.monotonic() - started
    broken = ['%s: %s' % (s['name'][len(PREFIX) + 1:], problem(s)) for s in servers.values() if s['status'] != 'ACTIVE']
    places = {s['name'][len(PREFIX) + 1:]: s['OS-EXT-SRV-ATTR:host'] for s in servers.values()}
finally:
    signal.signal(signal.SIGTERM, signal.SIG_IGN) # what is begun now is deleting
    clean()
if broken:
    sys.exit('; '.join(broken))
wrong = ['%s is on %s' % pair for pair in places.items() if pair[0] != pair[1]]
if wrong:
    sys.exit('the server for ' + '; '.join(wrong))
print('%d servers ACTIVE on %s after %.1f s, deleted' % (len(NODES), ' '.join(sorted(places.values())), took))
PYTHON
