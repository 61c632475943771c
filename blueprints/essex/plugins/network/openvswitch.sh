# shellcheck shell=sh
# Networks, subnets and ports without an agent on the controller; instances are plugged in by Open vSwitch's agent.
network_plugin_settings() {
  cat <<'CONF'
[ml2]
type_drivers = flat,vlan,vxlan
tenant_network_types = vxlan
mechanism_drivers = openvswitch
extension_drivers = port_security
[ml2_type_vxlan]
vni_ranges = 1:1000
CONF
}
