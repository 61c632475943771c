# shellcheck disable=SC2086 # a list of words
for unit in $UNITS; do
  [ "$(systemctl is-active $unit)" = active ] || die "$unit is $(systemctl is-active $unit)"
  [ "$(systemctl is-enabled $unit)" = enabled ] || die "$unit is $(systemctl is-enabled $unit): it would not come back after a boot"
done
failed=$(systemctl list-units --failed --plain --no-legend | cut -d ' ' -f 1 | tr '\n' ' ')
[ -z "$failed" ] || die "failed units: $failed"
echo "active and enabled: $UNITS"
