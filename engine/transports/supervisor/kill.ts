import { shell } from './shell-text.ts';

/** How the node ends tasks. */
export const KILL = shell`
# dd_kill token id grace: hundredths of a second between TERM and KILL.
dd_kill() {
  dd_token=$1
  # A task that has not come yet is never started.
  set -C; printf '%s\n' '- .' 2>/dev/null >"task/$2"; set +C
  dd_now
  dd_grace=$((dd_time + $3)) dd_told=' ' dd_killed=' ' dd_until=
  while dd_find "$2"; [ -n "$dd_found$dd_busy" ]; do
    dd_now
    if [ -z "$dd_until" ] && [ "$dd_time" -ge "$dd_grace" ]; then
      # A find can take long: the time after the first KILL counts.
      dd_until=$((dd_time + 50))
    elif [ -n "$dd_until" ] && [ "$dd_time" -ge "$dd_until" ]; then
      # What was born between a find and its KILL is left only if it outlives a KILL of its own, or if there is no end of it.
      dd_born=
      for dd_pid in $dd_found; do
        case $dd_killed in *" $dd_pid "*) ;; *) dd_born=yes ;; esac
      done
      if [ -z "$dd_born" ] || [ "$dd_time" -ge $((dd_until + 150)) ]; then break; fi
    fi
    for dd_pid in $dd_found; do
      if [ -n "$dd_until" ]; then
        dd_killed="$dd_killed$dd_pid "
        kill -s KILL "$dd_pid" 2>/dev/null
      else
        case $dd_told in *" $dd_pid "*) continue ;; esac
        dd_told="$dd_told$dd_pid "
        kill -s TERM "$dd_pid" 2>/dev/null
        kill -s CONT "$dd_pid" 2>/dev/null
      fi
    done
    dd_gone
    [ "$dd_looks" -gt 0 ] || dd_nap 0.05
  done
  for dd_pid in $dd_found; do
    dd_say left "$dd_pid" "$(tr '\000\n' '  ' 2>/dev/null <"/proc/$dd_pid/cmdline")"
  done
  dd_say done
}

# Waits until what was found has ended and its end is on record, for a quarter of a second at most: a look at them costs
# nothing, a find reads all processes of the node.
dd_gone() {
  dd_looks=0
  for dd_pid in $dd_found "$dd_parent"; do
    while { read -r dd_stat <"/proc/$dd_pid/stat"; } 2>/dev/null; do
      case \${dd_stat##*) } in [ZX]*) break ;; esac
      [ "$dd_looks" -lt 5 ] || return 0
      dd_looks=$((dd_looks + 1))
      dd_nap 0.05
    done
  done
}

dd_now() {
  read -r dd_time dd_rest </proc/uptime
  dd_time=\${dd_time%.*}\${dd_time#*.}
}

# dd_find id: living processes that carry the task's mark, children of its supervisor, their sessions and descendants.
# Oldest first, so that a script hears of its end before its children have died. Busy: it is about to start one, or to put
# the end on record.
dd_find() {
  dd_marked= dd_parent=none dd_busy=
  if ! dd_load "$1"; then dd_busy=yes
  elif dd_alive "$1"; then dd_parent=$dd_pid dd_busy=yes
  fi
  # One process reads them all; what it finds is looked at again, because a value may hold text like these headings.
  for dd_pid in $(head -c 262144 /proc/[0-9]*/environ 2>/dev/null | tr '\000' '\n' | awk -v mark="DEPLOYDAY_TASK=$1" '
    /^==> \/proc\/[0-9]+\/environ <==$/ { split($0, path, "/"); next }
    $0 == mark { print path[3] }'); do
    if tr '\000' '\n' 2>/dev/null <"/proc/$dd_pid/environ" | grep -qxF "DEPLOYDAY_TASK=$1"; then
      dd_marked="$dd_marked $dd_pid"
    fi
  done
  dd_found=$(cat /proc/[0-9]*/stat 2>/dev/null | awk -v marked="$dd_marked" -v top="$dd_parent" '
    {
      pid = $1
      sub(/^.*\) /, "")
      if ($1 == "Z" || $1 == "X") next
      parent[pid] = $2
      session[pid] = $4
    }
    # A child that has not reached setsid yet is in the session of its supervisor: that one is spared.
    function add(pid) {
      found[pid] = more = 1
      if (session[pid] != session[top]) sessions[session[pid]] = 1
    }
    END {
      n = split(marked, list, " ")
      for (i = 1; i <= n; i++) if (list[i] in parent) add(list[i])
      for (pid in parent) if (parent[pid] == top) add(pid)
      do {
        more = 0
        for (pid in parent) if (!(pid in found) && (parent[pid] in found || session[pid] in sessions)) add(pid)
      } while (more)
      for (pid in found) print pid
    }' | sort -n)
}
`;
