# A user, a service and its endpoints for everything beside Keystone, which entered itself.
openstack_api <<'PYTHON'
SERVICES = [('glance', 'image', os.environ['IMAGE_URL'], os.environ['PARAM_GLANCE_PASSWORD'])]

login()

def have(kind, match, **more):
    """The id of the one entry of that kind with these properties; made if it is missing."""
    query = '&'.join('%s=%s' % pair for pair in match.items())
    found = call('GET', '%s/%ss?%s' % (IDENTITY, kind, query))[2][kind + 's']
    if found:
        return found[0]['id']
    return call('POST', '%s/%ss' % (IDENTITY, kind), {kind: {**match, **more}})[2][kind]['id']

project = have('project', {'name': 'service', 'domain_id': 'default'})
roles = [have('role', {'name': name}) for name in ('admin', 'service')]
for name, kind, url, password in SERVICES:
    user = have('user', {'name': name, 'domain_id': 'default'}, password=password)
    call('PATCH', '%s/users/%s' % (IDENTITY, user), {'user': {'password': password, 'default_project_id': project}})
    for role in roles:
        call('PUT', '%s/projects/%s/users/%s/roles/%s' % (IDENTITY, project, user, role))
    service = have('service', {'type': kind, 'name': name})
    for interface in ('public', 'internal', 'admin'):
        match = {'service_id': service, 'interface': interface, 'region_id': os.environ['PARAM_REGION']}
        place = have('endpoint', match, url=url)
        call('PATCH', '%s/endpoints/%s' % (IDENTITY, place), {'endpoint': {'url': url}})
    print('%s: user %s, endpoints %s' % (kind, name, url))
PYTHON
