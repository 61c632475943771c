# Every public raw image lies on the compute node before the first instance asks for it, under the name that Nova looks
# for. What is there and wrong is fetched again, and so is what nobody can vouch for.
openstack_api <<'PYTHON'
import hashlib, pwd, tempfile
FOLDER = '/var/lib/nova/instances/_base'
nova = pwd.getpwnam('nova')
for folder in (os.path.dirname(FOLDER), FOLDER):
    os.makedirs(folder, exist_ok=True)
    os.chown(folder, nova.pw_uid, nova.pw_gid)

def digest(path):
    try:
        with open(path, 'rb') as file:
            sha512 = hashlib.sha512()
            while chunk := file.read(1 << 20):
                sha512.update(chunk)
            return sha512.hexdigest()
    except FileNotFoundError:
        return None

login()
kept, fetched = 0, []
for image in raw_images():
    path = os.path.join(FOLDER, hashlib.sha1(image['id'].encode()).hexdigest())
    before = digest(path)
    if before == image['os_hash_value']:
        kept += 1
        continue
    data = call('GET', endpoint('image') + image['file'])[2]
    if hashlib.sha512(data).hexdigest() != image['os_hash_value']:
        sys.exit('%s came with another sha512 than Glance says: look at the image store of the controller' % image['name'])
    with tempfile.NamedTemporaryFile(dir=FOLDER, delete=False) as file: # renamed when whole
        file.write(data)
    os.chown(file.name, nova.pw_uid, nova.pw_gid)
    os.chmod(file.name, 0o644)
    os.rename(file.name, path)
    fetched.append(image['name'] + (' (it was corrupted)' if before else ''))
print('%d images in the cache, fetched: %s' % (kept + len(fetched), ', '.join(fetched) or 'none'))
PYTHON
