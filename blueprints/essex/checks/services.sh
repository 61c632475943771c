# What Nova itself says of its services, and whether every compute node is in the cell, in Placement and in its zone.
openstack_api <<'PYTHON'
NODES = dict(zip(os.environ.get('ROLE_COMPUTE_NAMES', '').split(), os.environ.get('ROLE_COMPUTE_ZONES', '').split()))
login()
compute = endpoint('compute')
services = call('GET', compute + '/os-services')[2]['services']
off = ['%s on %s is %s and %s' % (s['binary'], s['host'], s['state'], s['status'])
       for s in services if (s['state'], s['status']) != ('up', 'enabled')]
if off:
    sys.exit('; '.join(off))
computes = {s['host']: s['zone'] for s in services if s['binary'] == 'nova-compute'}
for node in NODES:
    if node not in computes:
        sys.exit('no nova-compute on %s' % node)
    if NODES[node] != '-' and computes[node] != NODES[node]:
        sys.exit('nova-compute on %s is in zone %s, and its machine in %s' % (node, computes[node], NODES[node]))
# A hypervisor is called as its machine is, which may be otherwise than the node.
known = {}
for hypervisor in call('GET', compute + '/os-hypervisors/detail')[2]['hypervisors']:
    known.setdefault(hypervisor['service']['host'], []).append(hypervisor['hypervisor_hostname'])
placed = {p['name'] for p in call('GET', endpoint('placement') + '/resource_providers')[2]['resource_providers']}
for node in NODES:
    if node not in known:
        sys.exit('%s is no hypervisor of the cell yet' % node)
    if not placed.intersection(known[node]):
        sys.exit('Placement has no resources of %s' % node)
kinds = sorted({s['binary'] for s in services})
zones = sorted(set(computes.values()))
print('%d services up (%s); compute on %s; zones %s' % (len(services), ', '.join(kinds), ' '.join(sorted(computes)), ' '.join(zones)))
PYTHON
