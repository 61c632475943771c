part_of image || exit 0
openstack_api <<'PYTHON'
login()
url = endpoint('image')
lines = []
page = '/v2/images?limit=100'
while page:
    answer = call('GET', url + page)[2]
    for image in answer['images']:
        name = (image['name'] or image['id']).replace('\t', ' ').replace('\n', ' ')
        lines.append('%s\t%s %s %s' % (name, image['status'], image['visibility'], image.get('os_hash_value') or 'no data'))
    page = answer.get('next')
# Two may have one name.
for line in sorted(lines):
    print(line)
PYTHON
