/**
 * The little that must happen inside the machine's own mount namespace, before its init. Run by sh; everything comes in as
 * arguments and environment: `sh SCRIPT CGROUP… -- COMMAND…` with MACHINE_DIR, TOKEN and OVERLAY set.
 *
 * It enters the machine's cgroups first and only then asks whether its start is still wanted: whoever calls it off removes
 * the token and then kills the cgroup, so a start that outlives the process that asked for it is caught either way.
 */
export const machineStarter = `set -eu
cd "$MACHINE_DIR"
while [ "$1" != -- ]; do echo $$ > "$1/cgroup.procs"; shift; done
shift
[ "$(cat starting)" = "$TOKEN" ] || { echo 'this start was called off'; exit 75; }
read -r boot < /proc/sys/kernel/random/boot_id
read -r stat < "/proc/$$/stat"
start_time() { shift 19; echo "$1"; }
printf '%s %s %s\\n' "$$" "$(start_time \${stat##*) })" "$boot" > running.new
mv running.new running
# the classic mount call: the new one takes at most 256 characters of lowerdir
export LIBMOUNT_FORCE_MOUNT2=always
mount -t overlay overlay -o "$OVERLAY" root
unset TOKEN OVERLAY
exec "$@"
`;
