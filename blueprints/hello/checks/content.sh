page=$HELLO/index.html
grep -qxF "<h1>$(greeting)</h1>" "$page" || die "$page does not say: $PARAM_GREETING"
grep -qF "This is $NODE_NAME of $ENVIRONMENT." "$page" || die "$page is not of $NODE_NAME of $ENVIRONMENT"
sealed || die "$HELLO/seal.txt does not fit the page and the list beside it"
echo "$page says: $PARAM_GREETING"
