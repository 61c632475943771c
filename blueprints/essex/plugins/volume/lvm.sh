# shellcheck shell=sh disable=SC2034 # data for the step cinder
# Logical volumes, given to other nodes by iSCSI. The volume group must be there before: no container can make one.
VOLUME_UNITS=tgt # comes with cinder-volume, and gives the volumes out
volume_plugin_settings() {
  vgs cinder-volumes >/dev/null 2>&1 ||
    die "volume_plugin=lvm needs the volume group cinder-volumes on $NODE_NAME: vgcreate cinder-volumes /dev/…, or take volume_plugin=fake"
  cat <<'CONF'
[lvm]
volume_backend_name = lvm
volume_driver = cinder.volume.drivers.lvm.LVMVolumeDriver
volume_group = cinder-volumes
CONF
}
