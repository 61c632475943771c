kinds=identity
for component in image placement network compute object volume; do
  if part_of $component; then kinds="$kinds $component"; fi
done
export KINDS="$kinds"
openstack_api <<'PYTHON'
TYPES = {'object': 'object-store', 'volume': 'volumev3'}
login()
said = []
for kind in os.environ['KINDS'].split():
    # Services ask each other by what is internal, people by what is public; here that is one address.
    for url in dict.fromkeys(endpoint(TYPES.get(kind, kind), interface) for interface in ('public', 'internal', 'admin')):
        # What a service says of itself, at its root, needs no token; every one answers 200 or 300 there. Swift's is elsewhere.
        root = url.split('/v1/', 1)[0] + '/info' if kind == 'object' else url.rsplit('/v2.1', 1)[0].split('/v3/', 1)[0] + '/'
        status = call('GET', root, ok=(300,))[0]
        said.append('%s %s (HTTP %d)' % (kind, url, status))
print(', '.join(said))
PYTHON
