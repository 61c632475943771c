# A user, a service and its endpoints for everything beside Keystone, which entered itself.
chosen=
for component in image placement network compute object volume; do
  if part_of $component; then chosen="$chosen $component"; fi
done
export CHOSEN="$chosen"
openstack_api <<'PYTHON'
import urllib.parse
USERS = {'image': 'glance', 'placement': 'placement', 'network': 'neutron', 'compute': 'nova', 'object': 'swift', 'volume': 'cinder'}
# The catalogue calls some kinds otherwise than people do.
TYPES = {'object': 'object-store', 'volume': 'volumev3'}
SERVICES = [
    (USERS[kind], TYPES.get(kind, kind), os.environ[kind.upper() + '_URL'], os.environ['PARAM_%s_PASSWORD' % USERS[kind].upper()])
    for kind in os.environ['CHOSEN'].split()
]

login()

there = {kind: call('GET', '%s/%ss' % (IDENTITY, kind))[2][kind + 's'] for kind in ('project', 'role', 'user', 'service', 'endpoint')}

def have(kind, match, **more):
    """The id of the one entry of that kind with these properties; made if it is missing, else brought to the rest."""
    for entry in there[kind]:
        if match.items() <= entry.items():
            if more:
                call('PATCH', '%s/%ss/%s' % (IDENTITY, kind, entry['id']), {kind: more})
            return entry['id']
    return call('POST', '%s/%ss' % (IDENTITY, kind), {kind: {**match, **more}})[2][kind]['id']

project = have('project', {'name': 'service', 'domain_id': 'default'})
roles = [have('role', {'name': name}) for name in ('admin', 'service')]
for name, kind, url, password in SERVICES:
    user = have('user', {'name': name, 'domain_id': 'default'}, password=password, default_project_id=project)
    for role in roles:
        call('PUT', '%s/projects/%s/users/%s/roles/%s' % (IDENTITY, project, user, role))
    service = have('service', {'type': kind, 'name': name})
    for interface in ('public', 'internal', 'admin'):
        match = {'service_id': service, 'interface': interface, 'region_id': os.environ['PARAM_REGION']}
        have('endpoint', match, url=url)
    print('%s: user %s, endpoints %s' % (kind, name, url))

# When another `region` is asked for, all that the former one has leads to the same addresses, and is not to stay. A region of somebody's
# own, which may well share this Keystone, has something that leads elsewhere.
region = os.environ['PARAM_REGION']
places = {}
for place in call('GET', IDENTITY + '/endpoints')[2]['endpoints']:
    places.setdefault(place['region_id'], []).append(place)
addresses = {place['url'] for place in places[region]}
for name, own in places.items():
    if name in (None, region) or not {place['url'] for place in own} <= addresses:
        continue
    for place in own:
        call('DELETE', '%s/endpoints/%s' % (IDENTITY, place['id']), ok=(404,))
    call('DELETE', '%s/regions/%s' % (IDENTITY, urllib.parse.quote(name, safe='')), ok=(403, 404))
    print('region %s: its endpoints were those of %s, removed' % (name, region))
PYTHON
