# shellcheck shell=sh
# Bridges of the kernel. Neutron calls it experimental since Zed, and wants to be told that this is known; later it is gone.
# shellcheck disable=SC2154 # of the release
case " $NETWORK_PLUGINS " in
  *' linuxbridge '*) ;;
  *)
    echo "$RELEASE has no linuxbridge; network_plugin is one of: $NETWORK_PLUGINS" >&2
    exit 1
    ;;
esac
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
