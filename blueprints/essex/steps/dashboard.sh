# Debian's own settings lie in the same folder under smaller numbers; its cache (in each process of its own) would lose logins.
cat >/etc/openstack-dashboard/local_settings.d/_9999_essex.py <<CONF
OPENSTACK_HOST = "$CONTROLLER"
OPENSTACK_KEYSTONE_URL = "$IDENTITY_URL"
ALLOWED_HOSTS = ["$CONTROLLER", "$NODE_NAME", "localhost", "127.0.0.1"]
SESSION_ENGINE = "django.contrib.sessions.backends.cache"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.memcached.PyMemcacheCache", "LOCATION": "127.0.0.1:11211"}}
CONF
if ! part_of compute; then
  echo "HORIZON_CONFIG[\"user_home\"] = \"/horizon/$(dashboard_home)/\"" >>/etc/openstack-dashboard/local_settings.d/_9999_essex.py
fi
# Its certificate comes with a package that nothing here needs, and Apache does not start without it.
a2dissite -q default-ssl >/dev/null
# One process of its own, which loads Horizon when it starts: else each of Apache's does, at its first request and for seconds. In the
# first interpreter of the process: parts that are written in Rust (cryptography) do not load in a second one.
setting() { cat /etc/apache2/sites-enabled/* | awk -v name="$1" -v field="$2" '$1 == name && !found { print $field; found = 1 }'; }
# shellcheck disable=SC2046 # a list of words
sed -i -E 's/^([[:space:]]*WSGIDaemonProcess .*)processes=[0-9]+/\1processes=1/' $(readlink -f /etc/apache2/sites-enabled/*)
group=$(setting WSGIDaemonProcess 2)
program=$(setting WSGIScriptAlias 3)
[ -n "$group" ] && [ -n "$program" ] || die "no WSGIDaemonProcess or no WSGIScriptAlias in /etc/apache2/sites-enabled: is openstack-dashboard-apache installed whole?"
# Its name comes after that of the package's: the group must be known.
cat >/etc/apache2/sites-available/openstack-dashboard-essex.conf <<CONF
WSGIApplicationGroup %{GLOBAL}
WSGIProcessGroup $group
WSGIImportScript $program process-group=$group application-group=%{GLOBAL}
CONF
a2ensite -q openstack-dashboard-essex >/dev/null
start apache2
answers "$DASHBOARD_URL/auth/login/" 180 apache2
echo "dashboard at $DASHBOARD_URL"
