# shellcheck shell=sh
# Bridges of the kernel. Neutron calls it experimental since Zed, and wants to be told that this is known.
network_plugin_settings() {
  cat <<'CONF'
[ml2]
type_drivers = flat,vlan,vxlan
tenant_network_types = vxlan
mechanism_drivers = linuxbridge
extension_drivers = port_security
[ml2_type_vxlan]
vni_ranges = 1:1000
CONF
  printf '[experimental]\nlinuxbridge = true\n' | set_options /etc/neutron/neutron.conf
}
