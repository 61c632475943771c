# Through the address in the catalogue, as a user would.
openstack_api <<'PYTHON'
import hashlib
NAME = 'deployday-check'
data = os.urandom(300_000)
sha512 = hashlib.sha512(data).hexdigest()

login()
images = endpoint('image') + '/v2/images'
for old in call('GET', '%s?name=%s' % (images, NAME))[2]['images']: # of a check that was cut off
    call('DELETE', '%s/%s' % (images, old['id']))

image = '%s/%s' % (images, call('POST', images, {'name': NAME, 'disk_format': 'raw', 'container_format': 'bare'})[2]['id'])
try:
    call('PUT', image + '/file', data, content='application/octet-stream')
    stored = call('GET', image)[2]
    back = hashlib.sha512(call('GET', image + '/file')[2]).hexdigest()
finally:
    call('DELETE', image)
if (stored['status'], stored['os_hash_value'], back) != ('active', sha512, sha512):
    sys.exit('sent sha512 %s, Glance says %s (%s), got back %s' % (sha512, stored['os_hash_value'], stored['status'], back))
print('%d bytes up and down through %s: sha512 %s… three times the same; deleted' % (len(data), images, sha512[:16]))
PYTHON
