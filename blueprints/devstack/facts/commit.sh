printf 'commit\t%s\n' "$(as_stack git -C $TREE rev-parse HEAD)"
stands && printf 'stacked\tyes\n' || printf 'stacked\tno\n'
