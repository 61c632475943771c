# What is starting is waited for: nova-compute has until its conductor answers, after a boot for minutes; and what stands in line behind
# another unit (boots_after). What systemd only starts again after it died is not.
starting() {
  case " $(systemctl --no-legend --plain list-jobs "$1.service" 2>/dev/null) " in
    *' start '*) return 0 ;;
  esac
  case $(systemctl show --value -p ActiveState -p SubState "$1" | tr '\n' ' ') in
    'activating start'*) ;;
    *) return 1 ;;
  esac
}

units=$(of_this_node UNITS)
seconds=300
for unit in $units; do
  while starting "$unit" && [ $seconds -gt 0 ]; do
    sleep 1
    seconds=$((seconds - 1))
  done
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
