part_of network || exit 0
openstack_api <<'PYTHON'
login()
for network in call('GET', endpoint('network') + '/v2.0/networks')[2]['networks']:
    print('%s\t%s %s %s' % (network['name'].replace('\t', ' ').replace('\n', ' '), network['status'],
                            network.get('provider:network_type', '-'), 'shared' if network['shared'] else 'private'))
PYTHON
