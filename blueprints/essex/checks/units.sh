units=$(of_this_node UNITS)
for unit in $units; do
  [ "$(systemctl is-active "$unit")" = active ] || die "$unit is $(systemctl is-active "$unit")"
  # A service that is started by its socket or by D-Bus says static or indirect.
  case $(systemctl is-enabled "$unit") in
    enabled | static | indirect | alias) ;;
    *) die "$unit is $(systemctl is-enabled "$unit"): it would not come back after a boot" ;;
  esac
done
failed=$(systemctl list-units --failed --plain --no-legend | cut -d ' ' -f 1 | tr '\n' ' ')
[ -z "$failed" ] || die "failed units: $failed"
echo "active and enabled: $units"
