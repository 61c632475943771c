openstack_api <<'PYTHON'
token = login()
print('token from %s: user %s, project %s, roles %s, expires %s' % (
    IDENTITY, token['user']['name'], token['project']['name'], ' '.join(sorted(role['name'] for role in token['roles'])), token['expires_at'][:19] + 'Z'))
PYTHON
