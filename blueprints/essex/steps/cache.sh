# Debian's memcached listens on 127.0.0.1 only, which is right here: it holds tokens and asks nobody for a password.
start memcached
echo "memcached on 127.0.0.1:11211"
