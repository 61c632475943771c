# shellcheck shell=sh disable=SC2034 # data for the step cinder
# Volumes that are only kept in Cinder's books, as Nova's fake driver keeps instances: nothing is stored anywhere. The driver is
# the one that Cinder is developed with; it comes with Debian's python3-cinder.
VOLUME_UNITS=
volume_plugin_settings() {
  cat <<'CONF'
[fake]
volume_backend_name = fake
volume_driver = cinder.tests.fake_driver.FakeLoggingVolumeDriver
CONF
}
