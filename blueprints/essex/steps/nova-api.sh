start nova-api
answers "http://$CONTROLLER:8774/" 90 nova-api
echo "compute at $COMPUTE_URL"
