(umask 077 && printf '%s\n' "$PARAM_TOKEN" | put .token)
seal | put seal.txt
sealed
echo "sealed: $(cut -c 1-16 "$HELLO/seal.txt")…"
