openstack_api <<'PYTHON'
login()
for entry in session['catalog']:
    for place in entry['endpoints']:
        print('%s %s %s\t%s' % (place['region'], entry['type'], place['interface'], place['url']))
PYTHON
