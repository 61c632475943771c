as_stack bash -c "cd $TREE && ./stack.sh" </dev/null
stamp >/opt/stack/.deployday-stacked
echo "stack.sh came to its end"
