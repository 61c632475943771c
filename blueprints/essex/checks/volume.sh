# Through the address in the catalogue, as a user would: what Cinder says of its services, and a volume made and deleted. What a
# check that was cut off left behind is found by its name and deleted first.
openstack_api <<'PYTHON'
import time
NAME = 'deployday-check'
LIMIT = 60 # seconds for each wait
login()
cinder = endpoint('volumev3')
services = call('GET', cinder + '/os-services')[2]['services']
off = ['%s on %s is %s and %s' % (s['binary'], s['host'], s['state'], s['status'])
       for s in services if (s['state'], s['status']) != ('up', 'enabled')]
missing = sorted({'cinder-scheduler', 'cinder-volume'} - {s['binary'] for s in services})
if off or missing:
    sys.exit('; '.join(off + ['no ' + name for name in missing]))

def mine():
    return [v for v in call('GET', cinder + '/volumes/detail?name=' + NAME)[2]['volumes'] if v['name'] == NAME]

def wait(what, done):
    started = time.monotonic()
    while True:
        volumes = mine()
        if done(volumes):
            return
        if time.monotonic() - started > LIMIT or any(v['status'].startswith('error') for v in volumes):
            sys.exit('not %s after %d s: %s' % (what, time.monotonic() - started, ', '.join(v['status'] for v in volumes) or 'none is there'))
        time.sleep(0.3)

def clean():
    for volume in mine():
        call('DELETE', '%s/volumes/%s?force=true' % (cinder, volume['id']), ok=(404,))
    wait('gone', lambda volumes: not volumes)

clean()
try:
    call('POST', cinder + '/volumes', {'volume': {'name': NAME, 'size': 1}})
    wait('available', lambda volumes: [v['status'] for v in volumes] == ['available'])
finally:
    clean()
print('%d services up (%s); a volume of 1 GB made and deleted' % (
    len(services), ', '.join('%s on %s' % (s['binary'], s['host']) for s in services)))
PYTHON
