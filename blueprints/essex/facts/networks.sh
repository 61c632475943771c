part_of network || exit 0
openstack_api <<'PYTHON'
login()
lines = []
for network in call('GET', endpoint('network') + '/v2.0/networks')[2]['networks']:
    lines.append('%s\t%s %s %s' % (network['name'].replace('\t', ' ').replace('\n', ' '), network['status'],
                            network.get('provider:network_type', '-'), 'shared' if network['shared'] else 'private'))
# Two may have one name.
for line in sorted(lines):
    print(line)
PYTHON
