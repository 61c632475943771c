# Through the address in the catalogue, as a user would.
openstack_api <<'PYTHON'
import hashlib
data = os.urandom(300_000)
sha512 = hashlib.sha512(data).hexdigest()

login()
container = endpoint('object-store') + '/deployday-check'
call('PUT', container)
try:
    call('PUT', container + '/object', data, content='application/octet-stream')
    listed = [entry['name'] for entry in call('GET', container + '?format=json')[2]]
    back = hashlib.sha512(call('GET', container + '/object')[2]).hexdigest()
finally:
    call('DELETE', container + '/object', ok=(404,))
    call('DELETE', container, ok=(404, 409))
if back != sha512:
    sys.exit('sent sha512 %s, got back %s' % (sha512, back))
print('%d bytes up and down through %s: sha512 %s… twice the same%s; deleted' % (
    len(data), container, sha512[:16], '' if listed == ['object'] else ' (not listed yet)'))
PYTHON
