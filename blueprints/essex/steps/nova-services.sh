# From 2023 on they log in at Placement when they start, and end if Keystone does not know them yet.
start nova-conductor nova-scheduler
echo "nova-conductor and nova-scheduler"
