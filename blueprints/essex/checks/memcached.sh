python3 - <<'PYTHON'
import os, socket, sys
value = os.urandom(8).hex().encode()
try:
    with socket.create_connection(('127.0.0.1', 11211), 10) as link, link.makefile('rb') as answers:
        def ask(line, lines=1):
            link.sendall(line + b'\r\n')
            return [answers.readline().strip() for _ in range(lines)]
        version = ask(b'version')[0].decode().split()[-1]
        stored = ask(b'set deployday-check 0 60 %d\r\n%s' % (len(value), value))[0]
        if stored != b'STORED':
            sys.exit('memcached at 127.0.0.1:11211 answered %r to set' % stored.decode(errors='replace'))
        got = ask(b'get deployday-check', 3)[1]
except (OSError, IndexError) as error:
    sys.exit('memcached at 127.0.0.1:11211: %s' % error)
if got != value:
    sys.exit('memcached at 127.0.0.1:11211 took a value and gave another one back')
print('memcached %s: a value kept and read back' % version)
PYTHON
