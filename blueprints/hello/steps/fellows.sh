fellows | put fellows.txt
echo "$NODE_NAME is one of $(fellows | wc -l)"
