(umask 077 && printf '%s\n' "$PARAM_TOKEN" | put .token)
seal | put .seal
sealed
echo "sealed: $(cut -c 1-16 "$HELLO/.seal")…"
