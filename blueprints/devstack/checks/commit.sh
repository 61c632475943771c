stands || die "stack.sh has not come to its end with what lies in $TREE now"
printf '%s\t%s\n' "$(as_stack git -C $TREE rev-parse HEAD)" "$PARAM_BRANCH of $PARAM_SOURCE" | tr '\t' ' '
