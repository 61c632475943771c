import { FAILED } from './topics.ts';

/**
 * What one awk program reads on a node: a process costs more than all that it reads, so there is one for nearly everything.
 * For mawk, gawk and busybox. It prints lines `topic<TAB>key<TAB>value`; its arguments are the configuration files to take
 * apart (settings.ts), and on stdin it is told which files name something of the environment's own.
 */
export const READINGS = String.raw`
function say(topic, key, value) {
  gsub(/\t/, " ", key); gsub(/\t/, " ", value)
  if (key != "") print topic "\t" key "\t" value
}

function line_of(file,  line) {
  line = ""
  getline line < file
  close(file)
  return line
}

function os(  line, file, value) {
  file = "/etc/os-release"
  while ((getline line < file) > 0) {
    if (line !~ /^(ID|VERSION_ID)=/) continue
    value = substr(line, index(line, "=") + 1)
    gsub(/["']/, "", value)
    say("os", (line ~ /^ID/ ? "id" : "version"), value)
  }
  close(file)
  say("os", "kernel", line_of("/proc/sys/kernel/osrelease"))
  say("os", "hostname", line_of("/proc/sys/kernel/hostname"))
  value = line_of("/proc/sys/kernel/arch")
  if (value == "") "uname -m" | getline value
  say("os", "arch", value)
}

function package(name, version, state, arch, want) {
  if (name == "" || state ~ /^(config-files|not-installed)$/) return
  # The same for a second architecture.
  if (name in packaged) name = name ":" arch
  packaged[name] = 1
  say("packages", name, version (state == "installed" ? "" : " (" state ")") (want == "hold" ? " (hold)" : ""))
}

function dpkg(file,  line, name, version, state, arch, want, part) {
  while ((getline line < file) > 0) {
    if (line == "") { package(name, version, state, arch, want); name = "" }
    else if (line ~ /^Package: /) name = substr(line, 10)
    else if (line ~ /^Version: /) version = substr(line, 10)
    else if (line ~ /^Architecture: /) arch = substr(line, 15)
    else if (line ~ /^Status: /) { split(line, part, " "); want = part[2]; state = part[4] }
  }
  package(name, version, state, arch, want)
  close(file)
}

function packages(  file, line, name, part) {
  dpkg("/var/lib/dpkg/status")
  file = "/lib/apk/db/installed"
  while ((getline line < file) > 0) {
    if (line ~ /^P:/) name = substr(line, 3)
    else if (line ~ /^V:/) package(name, substr(line, 3), "installed", "")
  }
  close(file)
  for (name in packaged) return
  line = "command -v rpm >/dev/null && rpm -qa --qf '%{NAME} %{VERSION}-%{RELEASE} %{ARCH}\\n' 2>/dev/null"
  while ((line | getline name) > 0) { split(name, part, " "); package(part[1], part[2], "installed", part[3]) }
}

# Units that neither run nor are wanted by anyone are left out.
function services(  command, line, part, state, shown, unit, told) {
  command = "systemctl list-unit-files --type=service,socket,timer --no-legend --no-pager 2>/dev/null; echo; systemctl list-units --type=service,socket,timer --all --plain --no-legend --no-pager 2>/dev/null"
  while ((command | getline line) > 0 && line != "") { split(line, part, " "); state[part[1]] = part[2] }
  while ((command | getline line) > 0) {
    split(line, part, " ")
    unit = part[1]; told = 1
    if (part[2] == "not-found" || (part[3] == "inactive" && state[unit] ~ /^(static|alias|indirect)?$/)) continue
    say("services", unit, part[3] "/" part[4] (unit in state ? " " state[unit] : ""))
    shown[unit] = 1
  }
  # One that is busy or broken does not answer in time: which units run is not known then.
  if (!told) { say("services", "${FAILED}", "systemctl list-units told of no unit"); return }
  for (unit in state)
    if (!(unit in shown) && unit !~ /@\./ && state[unit] ~ /^(enabled|disabled|masked)/)
      say("services", unit, "inactive/dead " state[unit])
}

# Without ss, the kernel's tables go over as they are: "ports-hex", protocol, address:port.
function ports(  command, line, part, found, who, name, tables, i) {
  command = "ss -H -lntup 2>/dev/null"
  while ((command | getline line) > 0) {
    found = 1; who = ""
    split(line, part, " ")
    while (match(line, /\("[^"]*"/)) {
      name = substr(line, RSTART + 2, RLENGTH - 3); line = substr(line, RSTART + RLENGTH)
      if (index("," who ",", "," name ",") == 0) who = (who == "" ? "" : who ",") name
    }
    say("ports", part[1] " " part[5], who == "" ? "?" : who)
  }
  if (found) return
  split("tcp tcp6 udp udp6", tables, " ")
  for (i = 1; i <= 4; i++) {
    command = "/proc/net/" tables[i]
    getline line < command
    while ((getline line < command) > 0) {
      split(line, part, " ")
      if (part[4] == "0A" || (i > 2 && part[4] == "07")) say("ports-hex", substr(tables[i], 1, 3), part[2])
    }
    close(command)
  }
}

function accounts(  file, line, part) {
  file = "/etc/passwd"
  while ((getline line < file) > 0) if (split(line, part, ":") >= 7) say("users", part[1], part[3] ":" part[4] ":" part[7])
  close(file)
  file = "/etc/group"
  while ((getline line < file) > 0) if (split(line, part, ":") >= 4) say("groups", part[1], part[3] ":" part[4])
  close(file)
}

function mounts(  file, line, part, options, value) {
  file = "/proc/self/mounts"
  while ((getline line < file) > 0) {
    split(line, part, " ")
    options = "," part[4] ","
    value = part[3] " " (index(options, ",ro,") ? "ro" : "rw")
    if (index(options, ",noexec,")) value = value ",noexec"
    if (index(options, ",nosuid,")) value = value ",nosuid"
    if (index(options, ",nodev,")) value = value ",nodev"
    say("mounts", part[2], value)
  }
  close(file)
}

# Those that people set; many of the others change by themselves.
function kernel(  names, count, i, value, file, line) {
  count = split("fs/aio-max-nr fs/file-max fs/inotify/max_user_instances fs/inotify/max_user_watches fs/nr_open " \
    "kernel/core_pattern kernel/dmesg_restrict kernel/msgmax kernel/panic kernel/pid_max kernel/randomize_va_space kernel/sem kernel/shmall kernel/shmmax kernel/sysrq kernel/threads-max kernel/unprivileged_userns_clone kernel/yama/ptrace_scope " \
    "net/bridge/bridge-nf-call-arptables net/bridge/bridge-nf-call-ip6tables net/bridge/bridge-nf-call-iptables " \
    "net/core/default_qdisc net/core/netdev_max_backlog net/core/rmem_max net/core/somaxconn net/core/wmem_max " \
    "net/ipv4/conf/all/accept_redirects net/ipv4/conf/all/arp_ignore net/ipv4/conf/all/forwarding net/ipv4/conf/all/rp_filter net/ipv4/conf/all/send_redirects net/ipv4/conf/default/accept_redirects net/ipv4/conf/default/forwarding net/ipv4/conf/default/rp_filter " \
    "net/ipv4/icmp_echo_ignore_all net/ipv4/ip_forward net/ipv4/ip_local_port_range net/ipv4/ip_nonlocal_bind net/ipv4/neigh/default/gc_thresh1 net/ipv4/neigh/default/gc_thresh2 net/ipv4/neigh/default/gc_thresh3 net/ipv4/tcp_congestion_control net/ipv4/tcp_fin_timeout net/ipv4/tcp_keepalive_intvl net/ipv4/tcp_keepalive_probes net/ipv4/tcp_keepalive_time net/ipv4/tcp_max_syn_backlog net/ipv4/tcp_retries2 net/ipv4/tcp_rmem net/ipv4/tcp_syncookies net/ipv4/tcp_tw_reuse net/ipv4/tcp_wmem " \
    "net/ipv6/conf/all/disable_ipv6 net/ipv6/conf/all/forwarding net/ipv6/conf/default/disable_ipv6 net/netfilter/nf_conntrack_max " \
    "vm/dirty_background_ratio vm/dirty_ratio vm/max_map_count vm/min_free_kbytes vm/nr_hugepages vm/overcommit_memory vm/overcommit_ratio vm/swappiness vm/vfs_cache_pressure", names, " ")
  for (i = 1; i <= count; i++) {
    value = line_of("/proc/sys/" names[i])
    gsub("/", ".", names[i])
    if (value != "") say("sysctl", names[i], value)
  }
  # A container sees those of its host.
  if (contained) return
  file = "/proc/modules"
  while ((getline line < file) > 0) { split(line, names, " "); say("modules", names[1], "loaded") }
  close(file)
}

# What is the environment's own: its nodes' names and addresses, its own name, and the values of its secret parameters.
function learn(  count, words, i, names) {
  count = split(ENVIRON["HOSTS"], words, /[ \n]+/)
  for (i = 1; i < count; i += 2) { own[words[i]] = words[i + 1] " address"; own[words[i + 1]] = words[i + 1] }
  # An environment may be called as one of its nodes is.
  if (ENVIRON["ENVIRONMENT"] != "" && !(ENVIRON["ENVIRONMENT"] in own)) own[ENVIRON["ENVIRONMENT"]] = "environment"
  count = split(secrets, names, " ")
  for (i = 1; i <= count; i++) if (length(ENVIRON["PARAM_" names[i]]) >= 4) param[ENVIRON["PARAM_" names[i]]] = tolower(names[i])
}

# The text with every occurrence of a secret parameter's value replaced.
function unsecret(text,  value, at, done) {
  for (value in param) {
    done = ""
    while ((at = index(text, value)) > 0) {
      done = done substr(text, 1, at - 1) "(secret param " param[value] ")"
      text = substr(text, at + length(value))
    }
    text = done text
  }
  return text
}

# The line with a label for each of the environment's own names, where these stand as words. Sets "addressed" where one is an address.
function renamed(line,  done, word, head) {
  done = ""
  line = unsecret(line)
  while (match(line, /[A-Za-z0-9_.-]+/)) {
    done = done substr(line, 1, RSTART - 1); word = substr(line, RSTART, RLENGTH); line = substr(line, RSTART + RLENGTH)
    head = word
    if (!(word in own)) { sub(/\.+$/, "", head); if (!(head in own)) sub(/\..*/, "", head) }
    if (head in own && own[head] ~ / address$/) addressed = 1
    done = done (head in own ? "<" own[head] ">" substr(word, length(head) + 1) : word)
  }
  return done line
}

# Files that hold one of them get a second hash, in which it does not count, and a word where it is an address. The name of such a file is
# on stdin.
function rehash(  file, line, lines, count, bytes, i, command) {
  command = "sha256sum"
  while ((getline file < "/dev/stdin") > 0) {
    # Whoever holds a machine's own names by nature tells nothing, and a list of all the world's names takes its time.
    if (file == "" || file ~ /^\/etc\/(hostname|hosts|machine-id|mailname)$|^\/etc\/ssh\/ssh_host_|^\/etc\/ssl\/certs\//) continue
    count = bytes = 0
    while (bytes < 131072 && (getline line < file) > 0) { lines[++count] = line; bytes += length(line) }
    close(file)
    if (bytes >= 131072) continue
    addressed = 0
    for (i = 1; i <= count; i++) lines[i] = renamed(lines[i])
    print (addressed ? "addressed" : "renamed") "\t" file
    fflush()
    for (i = 1; i <= count; i++) print lines[i] | command
    if (count == 0) printf "" | command
    close(command)
  }
}
`;
