page=$HELLO/index.html
grep -sqxF "<h1>$(greeting)</h1>" "$page" || die "$page does not say: $PARAM_GREETING"
grep -sqF "This is $NODE_NAME of $ENVIRONMENT." "$page" || die "$page is not of $NODE_NAME of $ENVIRONMENT"
sealed || die "$HELLO/.seal does not fit the page and the list beside it"
printf '%s says: %s\n' "$page" "$PARAM_GREETING"
