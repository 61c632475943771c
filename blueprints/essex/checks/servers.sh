# A server on every compute node, at the same time: to ACTIVE, and away again. What a check that was cut off left behind is
# found by its name and deleted first; a check that is ended deletes its own. Servers begin from the reference image, which lies in
# every node's cache already: an image of their own would be left there.
openstack_api <<'PYTHON'
import signal, time
PREFIX = 'deployday-check'
NODES = os.environ.get('ROLE_COMPUTE_NAMES', '').split()
# Seconds since the beginning, of the 3 minutes that the check has.
UP_WITHIN = 30 # after a boot Nova sends nobody to a node until it has heard of it
ACTIVE_WITHIN = 120
GONE_WITHIN = 165
started = time.monotonic()
signal.signal(signal.SIGTERM, lambda *_: sys.exit('ended before it was done'))

login()
compute = endpoint('compute')
session['headers'] = {'OpenStack-API-Version': 'compute 2.74'} # a server for a host by its name, and without a network

def mine():
    """Servers of this check by id, whatever state they are in."""
    page = call('GET', '%s/servers/detail?all_tenants=1&name=%s' % (compute, PREFIX))[2]['servers']
    return {server['id']: server for server in page if server['name'].startswith(PREFIX)}

def passed(limit):
    return time.monotonic() - started > limit

def wait(what, within, done):
    while True:
        servers = mine()
        if done(servers):
            return servers
        if passed(within):
            slow = ', '.join(sorted('%s %s' % (s['name'][len(PREFIX) + 1:], s['status']) for s in servers.values()))
            sys.exit('not %s after %d s: %s' % (what, within, slow or 'none is there'))
        time.sleep(0.3)

def clean():
    """Servers go first: nothing is deleted from under them."""
    for server in mine():
        call('DELETE', '%s/servers/%s' % (compute, server), ok=(404,))
    wait('gone', GONE_WITHIN, lambda servers: not servers)
    for flavour in call('GET', compute + '/flavors/detail?is_public=None')[2]['flavors']:
        if flavour['name'] == PREFIX:
            call('DELETE', '%s/flavors/%s' % (compute, flavour['id']), ok=(404,))

def not_ready():
    """Nodes that get no server, and why."""
    services = call('GET', compute + '/os-services?binary=nova-compute')[2]['services']
    known = {service['host']: (service['state'], service['status']) for service in services}
    states = {node: known.get(node, ('unknown to Nova', 'enabled')) for node in NODES}
    return {node: 'its nova-compute is ' + (state if state != 'up' else status)
            for node, (state, status) in states.items() if (state, status) != ('up', 'enabled')}

def problem(server):
    return (server.get('fault') or {}).get('message', server['status'])

def try_servers():
    """Answers what the check says."""
    picture = next((image for image in raw_images() if image['name'] == 'reference'), None)
    if picture is None:
        sys.exit('Glance has no public image "reference" to begin servers from: the step images makes it')
    while True:
        broken = not_ready()
        if not any(why.endswith((' down', ' to Nova')) for why in broken.values()) or passed(UP_WITHIN):
            break
        time.sleep(0.5)
    nodes = [node for node in NODES if node not in broken]
    flavour = call('POST', compute + '/flavors', {'flavor': {'name': PREFIX, 'vcpus': 1, 'ram': 64, 'disk': 1}})[2]['flavor']
    for node in nodes:
        call('POST', compute + '/servers', {'server': {
            'name': '%s-%s' % (PREFIX, node), 'flavorRef': flavour['id'], 'imageRef': picture['id'],
            'networks': 'none', 'host': node,
        }})
    servers = wait('ACTIVE', ACTIVE_WITHIN, lambda servers: len(servers) == len(nodes) and
                   all(s['status'] in ('ACTIVE', 'ERROR') for s in servers.values()))
    took = time.monotonic() - started
    broken.update((s['name'][len(PREFIX) + 1:], problem(s)) for s in servers.values() if s['status'] != 'ACTIVE')
    if broken:
        sys.exit('; '.join('%s: %s' % pair for pair in sorted(broken.items())))
    places = {s['name'][len(PREFIX) + 1:]: s['OS-EXT-SRV-ATTR:host'] for s in servers.values()}
    wrong = ['%s is on %s' % pair for pair in places.items() if pair[0] != pair[1]]
    if wrong:
        sys.exit('the server for ' + '; '.join(wrong))
    how_many = '1 server' if len(nodes) == 1 else '%d servers' % len(nodes)
    return '%s ACTIVE on %s after %.1f s, deleted' % (how_many, ' '.join(sorted(places.values())), took)

clean()
failed = None
try:
    said = try_servers()
except BaseException as end:
    failed = end
signal.signal(signal.SIGTERM, signal.SIG_IGN) # what is begun now is deleting
try:
    clean()
except SystemExit:
    if failed is None:
        raise # else the first reason tells more
if failed is not None:
    raise failed
print(said)
PYTHON
