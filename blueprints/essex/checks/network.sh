openstack_api <<'PYTHON'
NAME = 'deployday-check'
login()
base = endpoint('network') + '/v2.0'
def remove(networks):
    for network in networks:
        for port in call('GET', '%s/ports?network_id=%s' % (base, network['id']))[2]['ports']:
            call('DELETE', '%s/ports/%s' % (base, port['id']))
        call('DELETE', '%s/networks/%s' % (base, network['id']))

remove(call('GET', '%s/networks?name=%s' % (base, NAME))[2]['networks']) # of a check that was cut off
network = call('POST', base + '/networks', {'network': {'name': NAME}})[2]['network']
try:
    wanted = {'network_id': network['id'], 'ip_version': 4, 'cidr': '192.0.2.0/24', 'enable_dhcp': False}
    call('POST', base + '/subnets', {'subnet': wanted})
    port = call('POST', base + '/ports', {'port': {'network_id': network['id']}})[2]['port']
    address = port['fixed_ips'][0]['ip_address']
finally:
    remove([network])
if not address.startswith('192.0.2.'):
    sys.exit('the port got %s, which is not in its subnet 192.0.2.0/24' % address)
print('network (%s), subnet 192.0.2.0/24 and a port with %s made and deleted' % (
    network.get('provider:network_type', 'its type is not shown'), address))
PYTHON
