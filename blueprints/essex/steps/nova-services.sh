# They look for Placement when they start, and end if Keystone does not know them or names one that does not answer yet.
start nova-conductor nova-scheduler
echo "nova-conductor and nova-scheduler"
