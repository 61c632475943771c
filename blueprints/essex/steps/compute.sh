HYPERVISOR=$(hypervisor)
# shellcheck disable=SC2154 # FAKE_DRIVER is the release's
case $HYPERVISOR in
  fake) driver="compute_driver = $FAKE_DRIVER" ;;
  # The package asks for SPICE, which Debian 13's emulator has only as a package of its own; nothing here serves consoles.
  qemu | kvm) driver="compute_driver = libvirt.LibvirtDriver
[spice]
enabled = false
[libvirt]
virt_type = $HYPERVISOR" ;;
esac
{
  nova_settings
  cat <<CONF
[DEFAULT]
host = $NODE_NAME
$driver
[image_cache]
# What was fetched ahead stays, used or not.
remove_unused_base_images = false
[database]
-connection
[api_database]
-connection
CONF
} | set_options /etc/nova/nova.conf
# The package's second file is read after the first and would win.
printf '[DEFAULT]\n%s\n' "$driver" | set_options /etc/nova/nova-compute.conf
# In a container cgroups are not libvirt's to write, and no server would start ("Failed to create v1 controller cpu for group").
# Without them it only has no way to limit what a server takes.
if [ "$HYPERVISOR" != fake ] && systemd-detect-virt --quiet --container; then
  grep -q '^cgroup_controllers' /etc/libvirt/qemu.conf || echo 'cgroup_controllers = [ ]' >>/etc/libvirt/qemu.conf
fi
# It says that it is up when conductor has answered it. On a busy controller that takes longer after a boot than the 90 s that
# systemd gives, and each new start makes the controller busier.
mkdir -p /etc/systemd/system/nova-compute.service.d
printf '[Service]\nTimeoutStartSec=10min\n' >/etc/systemd/system/nova-compute.service.d/essex.conf
systemctl daemon-reload
# shellcheck disable=SC2046 # a list of words
start $(of_this_node UNITS)
chosen=
if [ "$PARAM_HYPERVISOR" = auto ]; then chosen=" (chosen: $([ -e /dev/kvm ] && echo there is || echo there is no) /dev/kvm)"; fi
echo "nova-compute $NODE_NAME: hypervisor $HYPERVISOR$chosen${NODE_ZONE:+, zone $NODE_ZONE}"
