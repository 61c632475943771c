kinds=identity
for component in image placement network compute; do
  if part_of $component; then kinds="$kinds $component"; fi
done
export KINDS="$kinds"
openstack_api <<'PYTHON'
login()
said = []
for kind in os.environ['KINDS'].split():
    url = endpoint(kind)
    # What a service says of itself, at its root, needs no token; every one answers 200 or 300 there.
    status = call('GET', url.rsplit('/v2.1', 1)[0] + '/', ok=(300,))[0]
    said.append('%s %s (HTTP %d)' % (kind, url, status))
print(', '.join(said))
PYTHON
