list=$HELLO/fellows.txt
[ "$(cat "$list" 2>/dev/null || true)" = "$(fellows)" ] || die "$list is not the environment's list of nodes"
grep -qxF "$NODE_ADDRESS $NODE_NAME" "$list" || die "$NODE_NAME ($NODE_ADDRESS) is not in its own list"
count=$(wc -l <"$list")
echo "$count $([ "$count" = 1 ] && echo node || echo nodes): $(cut -d ' ' -f 2 "$list" | paste -s -d ' ' -)"
