import { shell } from './shell-text.ts';

/** How the node ends tasks. */
export const KILL = shell`
# dd_kill token id grace [spare]: hundredths of a second between TERM and KILL; spare: nothing is ended of one that ended by itself. To find all that belongs to a task, all processes of
# the node are read, which takes a while where there are many: what hangs on its supervisor hears of it before, and mostly
# that was all. What it says of the end: "itself" and the code when nobody had a hand in it, else "ended" and the code.
dd_kill() {
  dd_token=$1
  # A task that has not come yet is never started.
  set -C; printf '%s\n' '- .' 2>/dev/null >"task/$2"; set +C
  dd_now
  dd_grace=$((dd_time + $3)) dd_told=' ' dd_killed=' ' dd_until= dd_sessions=' ' dd_spared=none
  # What somebody was ending before us does not end by itself.
  dd_hands=
  [ ! -e "cut/$2~" ] || dd_hands=ours
  if [ -n "\${4:-}" ] && [ -z "$dd_hands" ] && dd_load "$2" && { [ "$dd_state" = - ] || dd_ended; }; then
    # What was forgotten had ended, too.
    [ "$dd_state" = - ] || dd_say itself "$dd_code"
    dd_say done
    return
  fi
  if [ "$3" -gt 0 ]; then
    dd_tree "$2"
    # Others shall have a part of that time, too.
    if [ -n "$dd_found" ] && dd_touch "$2" "\${4:-}"; then dd_term; dd_gone "$(($3 / 2))"; fi
  fi
  while dd_find "$2"; [ -n "$dd_found$dd_busy" ]; do
    if [ -n "$dd_found" ] && ! dd_touch "$2" "\${4:-}"; then dd_found=; break; fi
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
    if [ -n "$dd_until" ]; then
      for dd_pid in $dd_found; do
        dd_killed="$dd_killed$dd_pid "
        kill -s KILL "$dd_pid" 2>/dev/null
      done
      dd_gone 25
    else
      dd_term
      # A supervisor without a process is about to start one.
      if [ -n "$dd_found" ]; then dd_gone "$((dd_grace - dd_time))"; else dd_gone 5; fi
    fi
    [ "$dd_waited" -gt 0 ] || dd_nap 0.05
  done
  for dd_pid in $dd_found; do
    dd_say left "$dd_pid" "$(tr '\000\n' '  ' 2>/dev/null <"/proc/$dd_pid/cmdline")"
  done
  if dd_load "$2" && dd_ended; then
    if [ "$dd_hands" = ours ]; then dd_say ended "$dd_code"; else dd_say itself "$dd_code"; fi
  fi
  dd_say done
}

# dd_touch id spare: asked before anything that was found is ended. False: leave it alone, the task has got done by itself and this
# is what it wanted to leave, or it has ended in any way and is to be spared. From the first signal on its end is our doing, also to who comes after us.
dd_touch() {
  if [ -z "$dd_hands" ]; then
    if dd_load "$1" && dd_ended; then dd_hands=none; else dd_hands=ours; { printf '' >"cut/$1~"; } 2>/dev/null; fi
  fi
  [ "$dd_hands" = ours ] || { [ "$dd_code" != 0 ] && [ -z "$2" ]; }
}

# TERM to what was found, once to each.
dd_term() {
  for dd_pid in $dd_found; do
    case $dd_told in *" $dd_pid "*) continue ;; esac
    dd_told="$dd_told$dd_pid "
    kill -s TERM "$dd_pid" 2>/dev/null
    kill -s CONT "$dd_pid" 2>/dev/null
  done
}

# dd_gone limit: waits until what was found has ended and its end is on record, for so many hundredths of a second at most: a
# look at them costs nothing, a find reads all processes of the node.
dd_gone() {
  dd_waited=0
  dd_now
  # A nap can take longer than it says.
  dd_end=$((dd_time + $1))
  for dd_pid in $dd_found "$dd_parent"; do
    while dd_look "$dd_pid"; do
      dd_now
      [ "$dd_time" -lt "$dd_end" ] || return 0
      if [ "$dd_waited" -lt 10 ]; then dd_nap 0.05; dd_waited=$((dd_waited + 5))
      elif [ "$dd_waited" -lt 50 ]; then dd_nap 0.1; dd_waited=$((dd_waited + 10))
      else dd_nap 0.2; dd_waited=$((dd_waited + 20))
      fi
    done
  done
}

dd_now() {
  read -r dd_time dd_rest </proc/uptime
  dd_time=\${dd_time%.*}\${dd_time#*.}
}

# Whether the supervisor lives, and in which session: it is that of the shell that has started it.
dd_top() {
  dd_parent=none dd_busy=
  if ! dd_load "$1"; then dd_busy=yes
  elif dd_alive "$1"; then
    dd_parent=$dd_pid dd_busy=yes
    dd_look "$dd_parent" && dd_spared=$dd_session
  fi
}

# dd_tree id: descendants of its supervisor that live and have not left it, parents first, so that a script hears of its end
# before its children have died. Their sessions are kept for later finds: what is left alone in one has no other mark.
dd_tree() {
  dd_top "$1"
  dd_found= dd_next=$dd_parent
  while [ -n "$dd_next" ]; do
    dd_level=$dd_next dd_next=
    for dd_pid in $dd_level; do
      for dd_file in "/proc/$dd_pid/task/"*/children; do
        dd_line=
        # There is no line end.
        { read -r dd_line <"$dd_file"; } 2>/dev/null || :
        for dd_child in $dd_line; do
          dd_look "$dd_child" || continue
          dd_next="$dd_next $dd_child"
          dd_keep "$dd_child"
        done
      done
    done
    dd_found="$dd_found$dd_next"
  done
}

# dd_keep pid: its session is one of the task's. One that has not reached setsid yet will have made one of its own, named like it, when
# it is looked for again; what is left alone in that has no other mark either.
dd_keep() {
  [ "$dd_session" != "$dd_spared" ] || dd_session=$1
  case $dd_sessions in *" $dd_session "*) ;; *) dd_sessions="$dd_sessions$dd_session " ;; esac
}

# dd_find id: living processes that carry the task's mark, children of its supervisor, their sessions and descendants.
# Oldest first. Busy: it is about to start one, or to put the end on record. One process reads all environments; what it finds
# is looked at again, because a value may hold text like its headings.
dd_find() {
  dd_top "$1"
  dd_found=
  for dd_line in $(head -c 262144 /proc/[0-9]*/environ 2>/dev/null | tr '\000' '\n' |
    awk -v mark="DEPLOYDAY_TASK=$1" -v top="$dd_parent" -v spared="$dd_spared" -v known="$dd_sessions" '
    BEGIN {
      # Read by hand: a file that has gone meanwhile is no error.
      for (i = 2; i < ARGC; i++) { file[i] = ARGV[i]; ARGV[i] = "" }
    }
    /^==> \/proc\/[0-9]+\/environ <==$/ { split($0, path, "/"); next }
    $0 == mark { marked[path[3]] = 1 }
    # A child that has not reached setsid yet is in the session of its supervisor: that one is spared.
    function add(pid) {
      found[pid] = more = 1
      if (session[pid] != spared) sessions[session[pid]] = 1
    }
    function carries(pid) {
      return system("tr \"\\000\" \"\\n\" 2>/dev/null </proc/" pid "/environ | grep -qxF " mark) == 0
    }
    function look(file,    line, pid, word) {
      if ((getline line < file) > 0) {
        pid = line + 0
        sub(/^.*\) /, "", line)
        split(line, word, " ")
        if (word[1] != "Z" && word[1] != "X") { parent[pid] = word[2]; session[pid] = word[4] }
      }
      close(file)
    }
    END {
      for (i in file) look(file[i])
      n = split(known, word, " ")
      for (i = 1; i <= n; i++) sessions[word[i]] = 1
      for (pid in marked) if (pid in parent && carries(pid)) add(pid)
      for (pid in parent) if (parent[pid] == top) add(pid)
      do {
        more = 0
        for (pid in parent) if (!(pid in found) && (parent[pid] in found || session[pid] in sessions)) add(pid)
      } while (more)
      n = 0
      for (pid in found) {
        for (i = n++; i > 0 && order[i] > pid + 0; i--) order[i + 1] = order[i]
        order[i + 1] = pid + 0
      }
      for (i = 1; i <= n; i++) print order[i] ":" session[order[i]]
    }' - /proc/[0-9]*/stat); do
    dd_found="$dd_found \${dd_line%:*}" dd_session=\${dd_line#*:}
    dd_keep "\${dd_line%:*}"
  done
}
`;
