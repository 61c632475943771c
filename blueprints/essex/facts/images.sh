part_of image || exit 0
openstack_api <<'PYTHON'
login()
url = endpoint('image')
page = '/v2/images?limit=100'
while page:
    answer = call('GET', url + page)[2]
    for image in answer['images']:
        name = (image['name'] or image['id']).replace('\t', ' ').replace('\n', ' ')
        print('%s\t%s %s %s' % (name, image['status'], image['visibility'], image.get('os_hash_value') or 'no data'))
    page = answer.get('next')
PYTHON
