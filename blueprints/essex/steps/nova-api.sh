start nova-api
answers "http://$CONTROLLER:8774/" 180 nova-api
echo "compute at $COMPUTE_URL"
