openstack_api <<'PYTHON'
NAME = 'deployday-check-flavour'
login()
compute = endpoint('compute')
flavours = compute + '/flavors'
for old in call('GET', flavours + '/detail?is_public=None')[2]['flavors']: # of a check that was cut off
    if old['name'] == NAME:
        call('DELETE', '%s/%s' % (flavours, old['id']))
wanted = {'name': NAME, 'vcpus': 2, 'ram': 256, 'disk': 1}
made = call('POST', flavours, {'flavor': wanted})[2]['flavor']
try:
    got = call('GET', '%s/%s' % (flavours, made['id']))[2]['flavor']
finally:
    call('DELETE', '%s/%s' % (flavours, made['id']))
if any(got[key] != value for key, value in wanted.items()):
    sys.exit('asked for %s, Nova says %s' % (wanted, {key: got[key] for key in wanted}))
print('a flavour of %(vcpus)d CPUs, %(ram)d MB, %(disk)d GB made, read back, deleted' % got)
PYTHON
