put index.html <<HTML
<!doctype html>
<meta charset="utf-8">
<title>$NODE_NAME</title>
<h1>$(greeting)</h1>
<p>This is $NODE_NAME of $ENVIRONMENT.</p>
HTML
echo "wrote $HELLO/index.html"
