# shellcheck shell=sh disable=SC2034 # data for lib.sh and the steps
# UNPROVEN. OpenStack Essex (2012.1) as Ubuntu 12.04 packaged it, written down from the release's own package names; nobody
# has run it here, and blueprint.yaml does not offer it. Ubuntu 12.04 has left the mirrors: the parameter `mirror` must name
# an archive that still has it. What would have to be written beside this file: upstart in place of systemd, Keystone's API
# of version 2.0, nova-network in place of Neutron, and no Placement, which did not exist.
RELEASE='OpenStack Essex (2012.1)'
SUITE=precise
COMPONENTS='main universe'

PACKAGES_common=nova-common
PACKAGES_base='mysql-server python-mysqldb memcached curl'
UNITS_base='mysql memcached'
PACKAGES_identity='keystone python-keystoneclient'
UNITS_identity='keystone'
PACKAGES_image='glance'
UNITS_image='glance-api glance-registry'
PACKAGES_queue='rabbitmq-server'
UNITS_queue='rabbitmq-server'
PACKAGES_placement=''
UNITS_placement=''
PACKAGES_network='nova-network'
UNITS_network='nova-network'
PACKAGES_compute='nova-api nova-scheduler nova-cert'
UNITS_compute='nova-api nova-scheduler nova-cert'
PACKAGES_dashboard='openstack-dashboard'
UNITS_dashboard='apache2'
PACKAGES_volume='nova-volume'
UNITS_volume='nova-volume'
PACKAGES_object='swift-proxy swift-account swift-container swift-object'
UNITS_object='swift-account swift-container swift-object swift-proxy'
PACKAGES_hypervisor_fake='nova-compute'
UNITS_hypervisor_fake='nova-compute'
PACKAGES_hypervisor_qemu='nova-compute-qemu'
UNITS_hypervisor_qemu='libvirt-bin nova-compute'
PACKAGES_hypervisor_kvm='nova-compute-kvm'
UNITS_hypervisor_kvm='libvirt-bin nova-compute'
