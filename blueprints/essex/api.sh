# shellcheck shell=sh
# The other half of the prelude: OpenStack as a program asks it.

# openstack_api: runs the Python program on stdin, with call(), login() and endpoint() defined before it. A process start
# and a login are all it costs; the openstack command needs two seconds for every call.
openstack_api() {
  {
    cat <<'PYTHON'
import json, os, sys, urllib.error, urllib.request

IDENTITY = os.environ['IDENTITY_URL']
session = {}

def call(method, url, body=None, ok=(), content='application/json'):
    """One request. Answers (status, headers, JSON or bytes). Other than 2xx or `ok` ends the program with one line."""
    data = json.dumps(body).encode() if isinstance(body, (dict, list)) else body
    headers = {'Content-Type': content} if data is not None else {}
    if 'token' in session:
        headers['X-Auth-Token'] = session['token']
    headers.update(session.get('headers', {}))
    try:
        answer = urllib.request.urlopen(urllib.request.Request(url, data, headers, method=method), timeout=30)
    except urllib.error.HTTPError as error:
        answer = error
    except OSError as error:
        sys.exit('%s %s: no answer: %s' % (method, url, getattr(error, 'reason', error)))
    text = answer.read()
    if not (200 <= answer.status < 300 or answer.status in ok):
        sys.exit('%s %s: HTTP %d: %s' % (method, url, answer.status, text[:300].decode(errors='replace').strip()))
    if 'json' in (answer.headers.get('Content-Type') or '') and text:
        return answer.status, answer.headers, json.loads(text)
    return answer.status, answer.headers, text

def login():
    """A token for admin in the project admin; later calls carry it. Answers Keystone's description of it."""
    user = {'name': 'admin', 'domain': {'id': 'default'}, 'password': os.environ['PARAM_ADMIN_PASSWORD']}
    scope = {'project': {'name': 'admin', 'domain': {'id': 'default'}}}
    auth = {'identity': {'methods': ['password'], 'password': {'user': user}}, 'scope': scope}
    _, headers, answer = call('POST', IDENTITY + '/auth/tokens', {'auth': auth})
    session.update(token=headers['X-Subject-Token'], catalog=answer['token']['catalog'])
    return answer['token']

def endpoint(service, interface='public'):
    """The service's address in the catalogue of the last login."""
    for entry in session['catalog']:
        for place in entry['endpoints']:
            if (entry['type'], place['interface'], place['region']) == (service, interface, os.environ['PARAM_REGION']):
                return place['url'].rstrip('/')
    sys.exit('the catalogue has no %s endpoint of %s in region %s' % (interface, service, os.environ['PARAM_REGION']))

def raw_images():
    """Public images that Nova caches byte by byte: it converts other formats."""
    page = '/v2/images?visibility=public&status=active&limit=100'
    while page:
        answer = call('GET', endpoint('image') + page)[2]
        yield from (image for image in answer['images'] if image['disk_format'] == 'raw')
        page = answer.get('next')

PYTHON
    cat
  } | python3 -IS -
}
