# shellcheck shell=sh disable=SC2034 # data for lib.sh and the steps
# OpenStack Epoxy (2025.1) as Debian 13 packages it: Keystone 27, Glance 30, Placement 13, Neutron 26, Nova 31, Horizon 25.3.
RELEASE='OpenStack Epoxy'
SUITE=trixie
COMPONENTS=main
NETWORK_PLUGINS=openvswitch # linuxbridge has left Neutron

# What controllers and compute nodes have in common brings along most of what they need.
PACKAGES_common=nova-common
PACKAGES_base='mariadb-server python3-pymysql memcached curl'
UNITS_base='mariadb memcached'
PACKAGES_identity='keystone python3-openstackclient'
UNITS_identity='keystone'
PACKAGES_image='glance'
UNITS_image='glance-api'
PACKAGES_queue='rabbitmq-server'
UNITS_queue='rabbitmq-server'
PACKAGES_placement='placement-api'
UNITS_placement='placement-api'
PACKAGES_network='neutron-api neutron-rpc-server'
UNITS_network='neutron-api neutron-rpc-server'
PACKAGES_compute='nova-api nova-conductor nova-scheduler'
UNITS_compute='nova-api nova-conductor nova-scheduler'
PACKAGES_dashboard='openstack-dashboard openstack-dashboard-apache python3-pymemcache'
UNITS_dashboard='apache2'
PACKAGES_volume='cinder-api cinder-scheduler cinder-volume'
UNITS_volume='cinder-api cinder-scheduler cinder-volume'
PACKAGES_object='swift-proxy swift-account swift-container swift-object'
UNITS_object='swift-account swift-container swift-container-updater swift-object swift-object-updater swift-proxy'

# On compute nodes, by hypervisor. The fake driver needs nothing of its own, but the package wants one of
# several; Ironic's brings no emulator along.
PACKAGES_hypervisor_fake='nova-compute nova-compute-ironic curl'
UNITS_hypervisor_fake='nova-compute'
FAKE_DRIVER=fake.FakeDriverWithoutFakeNodes # the plain one is another node after every start, which Nova refuses by now
# Not nova-compute-qemu: that brings emulators of thirty other processors, and libvirt asks each of them what it can before
# nova-compute is up. They differ in nothing else but a setting that the step compute makes.
PACKAGES_hypervisor_qemu='nova-compute nova-compute-kvm curl'
UNITS_hypervisor_qemu='libvirtd nova-compute'
PACKAGES_hypervisor_kvm='nova-compute nova-compute-kvm curl'
UNITS_hypervisor_kvm='libvirtd nova-compute'
