# Compute nodes are taken into the cell and land in the zones of their machines: an aggregate per zone, which is how Nova says
# availability zone. One that has not come up keeps no other out. The step fails naming it when the others are in, so that a
# retry comes back here.
KNOWN=$(
  openstack_api <<'PYTHON'
import time
NODES = os.environ.get('ROLE_COMPUTE_NAMES', '').split()
# Seconds: the step compute of each has ended, but with libvirt nova-compute is known only when it has asked what the emulator can.
KNOWN_WITHIN = 120
login()
started = time.monotonic()
while True:
    services = call('GET', endpoint('compute') + '/os-services?binary=nova-compute')[2]['services']
    known = [node for node in NODES if node in {service['host'] for service in services}]
    if len(known) == len(NODES) or time.monotonic() - started > KNOWN_WITHIN:
        break
    time.sleep(0.5)
if NODES and not known:
    sys.exit('nova-compute has not come up on any compute node: journalctl -u nova-compute there, then retry')
print(' '.join(known))
PYTHON
)
export KNOWN
# One that Nova knows can be taken into the cell, up or not: it says so of itself five seconds after it has started.
as nova nova-manage cell_v2 discover_hosts --by-service
openstack_api <<'PYTHON'
import time
UP_WITHIN = 240 # seconds
zones = dict(zip(os.environ.get('ROLE_COMPUTE_NAMES', '').split(), os.environ.get('ROLE_COMPUTE_ZONES', '').split()))
# One that has come since is not in the cell yet.
known = {node: zones[node] for node in os.environ['KNOWN'].split()}
login()
compute = endpoint('compute')
started = time.monotonic()
while True:
    services = call('GET', compute + '/os-services?binary=nova-compute')[2]['services']
    states = {service['host']: service['state'] for service in services}
    if all(states.get(node) == 'up' for node in known) or time.monotonic() - started > UP_WITHIN:
        break
    time.sleep(0.5)
aggregates = {aggregate['name']: aggregate for aggregate in call('GET', compute + '/os-aggregates')[2]['aggregates']}
for zone in sorted(set(known.values()) - {'-'}):
    if zone not in aggregates:
        made = {'aggregate': {'name': zone, 'availability_zone': zone}}
        aggregates[zone] = call('POST', compute + '/os-aggregates', made)[2]['aggregate']
for node, zone in known.items():
    for name, aggregate in aggregates.items():
        action = None
        if name == zone and node not in aggregate.get('hosts', ()):
            action = 'add_host'
        elif name != zone and node in aggregate.get('hosts', ()) and aggregate['availability_zone'] == name:
            action = 'remove_host'
        if action:
            call('POST', '%s/os-aggregates/%s/action' % (compute, aggregate['id']), {action: {'host': node}})
up = {node: zone for node, zone in known.items() if states.get(node) == 'up'}
print('%d compute nodes%s' % (len(up), ''.join(', %s in %s' % pair for pair in sorted(up.items()) if pair[1] != '-')))
missing = sorted(set(zones) - set(up))
if missing:
    sys.exit('%d of %d compute nodes are in; missing: %s: the step compute and journalctl -u nova-compute there, then retry' % (
        len(up), len(zones), ', '.join(missing)))
PYTHON
