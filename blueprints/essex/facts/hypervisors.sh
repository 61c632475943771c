part_of compute || exit 0
openstack_api <<'PYTHON'
login()
compute = endpoint('compute')
zones = {s['host']: s['zone'] for s in call('GET', compute + '/os-services')[2]['services'] if s['binary'] == 'nova-compute'}
for host in call('GET', compute + '/os-hypervisors/detail')[2]['hypervisors']:
    # By the node: a hypervisor is called as its machine is, which differs between two environments.
    print('%s\t%s %s in %s, %s %s, %d CPUs, %d MB' % (
        host['service']['host'], host['hypervisor_type'], host['hypervisor_version'],
        zones.get(host['service']['host'], 'no zone'), host['state'], host['status'], host['vcpus'], host['memory_mb']))
PYTHON
