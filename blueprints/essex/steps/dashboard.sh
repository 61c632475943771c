# Debian's own settings lie in the same folder under smaller numbers; its cache (in each process of its own) would lose logins.
cat >/etc/openstack-dashboard/local_settings.d/_9999_essex.py <<CONF
OPENSTACK_HOST = "$CONTROLLER"
OPENSTACK_KEYSTONE_URL = "$IDENTITY_URL"
ALLOWED_HOSTS = ["$CONTROLLER", "$NODE_NAME", "localhost", "127.0.0.1"]
SESSION_ENGINE = "django.contrib.sessions.backends.cache"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.memcached.PyMemcacheCache", "LOCATION": "127.0.0.1:11211"}}
CONF
# Its certificate comes with a package that nothing here needs, and Apache does not start without it.
a2dissite -q default-ssl >/dev/null
# Each of its processes loads Horizon at its first request, for seconds: one is enough for whom this serves.
grep -rlE '^[[:space:]]*WSGIDaemonProcess' /etc/apache2/conf-available /etc/apache2/sites-available |
  xargs -r sed -i -E 's/^([[:space:]]*WSGIDaemonProcess .*)processes=[0-9]+/\1processes=1/'
# In the first interpreter of the process: parts that are written in Rust (cryptography) do not load in a second one.
echo 'WSGIApplicationGroup %{GLOBAL}' >/etc/apache2/conf-available/essex.conf
a2enconf -q essex >/dev/null
start apache2
answers "$DASHBOARD_URL/auth/login/" 90 apache2
echo "dashboard at $DASHBOARD_URL"
