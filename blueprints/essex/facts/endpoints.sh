openstack_api <<'PYTHON'
login()
lines = []
for entry in session['catalog']:
    for place in entry['endpoints']:
        lines.append('%s %s %s\t%s' % (place['region'], entry['type'], place['interface'], place['url']))
for line in sorted(lines):
    print(line)
PYTHON
