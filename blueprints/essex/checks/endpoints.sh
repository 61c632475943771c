openstack_api <<'PYTHON'
login()
places = [(service, endpoint(service)) for service in ('identity', 'image')]
answers = [call('GET', url, ok=(300,))[0] for _, url in places]
print(', '.join('%s %s (HTTP %d)' % (*place, status) for place, status in zip(places, answers)))
PYTHON
