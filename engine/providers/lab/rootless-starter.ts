/**
 * The first process of a rootless machine. `outside` runs as the ordinary user: it holds `alive.lock` for the machine's
 * life (a second start gives up), says who it is, and makes the namespaces. `inside` is pid 1 there: it puts the file system
 * together from `disk` and the host's programs, and then only collects orphans. Values come in as environment.
 */
export const rootlessStarter = `set -eu
if [ "$1" = outside ]; then
  cd "$MACHINE_DIR"
  exec 9> alive.lock
  flock --nonblock 9 || { echo 'the machine is running or being started already'; exit 75; }
  read -r boot < /proc/sys/kernel/random/boot_id
  read -r stat < "/proc/$$/stat"
  start_time() { shift 19; echo "$1"; }
  printf '%s %s %s\\n' "$$" "$(start_time \${stat##*) })" "$boot" > running.new
  mv running.new running
  exec 8> state
  exec unshare --user --map-root-user --mount --pid --net --ipc --uts --fork --kill-child -- sh "$STARTER" inside
fi

hostname "$MACHINE_HOSTNAME"
ip link set lo up
cd "$MACHINE_DIR"
mount --rbind disk disk
cd disk
mount --rbind /usr usr
mount -o remount,bind,ro,nosuid,nodev usr 2>/dev/null || mount -o remount,bind,ro usr 2>/dev/null || :
for dir in bin sbin lib lib32 lib64 libx32; do
  [ ! -d "$dir" ] || [ -L "$dir" ] || mount --rbind "/$dir" "$dir"
done
mount --rbind /var/lib/dpkg var/lib/dpkg
[ ! -d run/sshd-files ] || rmdir run/sshd-files
mount -t tmpfs -o mode=755,nosuid,nodev tmpfs run
if [ -d ../../../sshd-files ]; then mkdir run/sshd-files; mount --rbind ../../../sshd-files run/sshd-files; fi
mkdir -p run/lock
mount -t tmpfs -o mode=755,nosuid tmpfs dev
for node in null zero full random urandom tty; do : > "dev/$node"; mount --bind "/dev/$node" "dev/$node"; done
mkdir -p dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=0620 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s fd/0 dev/stdin; ln -s fd/1 dev/stdout; ln -s fd/2 dev/stderr
mount -t proc -o nosuid,nodev,noexec proc proc
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs sys 2>/dev/null || :
mkdir -p .outside
pivot_root . .outside
cd /
umount -l /.outside
rmdir /.outside
echo ready >&8
exec 8>&-
unset MACHINE_DIR STARTER MACHINE_HOSTNAME
trap '' HUP INT TERM
while :; do sleep 2147483647 & wait $! || :; done
`;
