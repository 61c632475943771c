url=http://$NODE_ADDRESS$PARAM_READY_PATH
code=$(curl -sL -m 20 -o /dev/null -w '%{http_code}' "$url" || true)
echo "$url: HTTP $code"
case $code in 2??) ;; *) exit 1 ;; esac
