import { shell } from './shell-text.ts';

/** How the node tells about a task that is on record. */
export const FOLLOW = shell`
# What is on record about the task. Only a line with its final dot counts: it may be being written just now.
dd_load() {
  dd_state= dd_ends=
  {
    read -r dd_state dd_pid dd_booted dd_nonce dd_base dd_dot dd_rest
    read -r dd_ends dd_code dd_end dd_rest
  } 2>/dev/null <"task/$1"
  [ "$dd_state" = - ] || { [ "$dd_state" = + ] && [ "$dd_dot" = . ]; }
}
dd_ended() { [ "$dd_ends" = = ] && [ "$dd_end" = . ]; }
# The supervisor keeps its record open. No other process does, so a number that is in use again deceives nobody.
dd_alive() {
  [ "$dd_state" = + ] && [ "$dd_booted" = "$dd_boot" ] || return 1
  for dd_fd in "/proc/$dd_pid/fd/"*; do
    if [ "$dd_fd" -ef "task/$1" ]; then return; fi
  done
  return 1
}

# dd_look pid: whether it lives, and what the kernel says of it. No process is started for that.
dd_look() {
  { read -r dd_stat <"/proc/$1/stat"; } 2>/dev/null || return 1
  dd_read_stat "$dd_stat"
  case $dd_life in [ZX]) return 1 ;; esac
}
# The name of a process may hold blanks and brackets; what follows it does not.
dd_read_stat() {
  set -- \${1##*) }
  dd_life=$1 dd_session=\${4:-} dd_ticks=\${20:-0}
}

dd_nap() { sleep "$1" 2>/dev/null || sleep 1; }

# dd_watch token id offset: follows the task that this shell has just started, unless its end is being told already.
dd_watch() {
  [ "$dd_last" = "$2" ] || return 0
  dd_last=
  if dd_claim; then dd_follow "$@"; fi
}

# dd_follow token id offset: the output from there on, then the nonce with what became of the task.
dd_follow() {
  dd_token=$1 dd_last= dd_left=20
  until dd_load "$2"; do
    [ -e "task/$2" ] || { dd_say absent; return; }
    # Another shell is just starting it, or was cut off while doing so. An empty one was forgotten on a full disk.
    if [ "$dd_left" = 0 ]; then
      if [ -s "task/$2" ]; then dd_say unknown "it was prepared, but there is no trace of a start"; else dd_say absent; fi
      return
    fi
    dd_left=$((dd_left - 1))
    dd_nap 0.1
  done
  if [ "$dd_state" = - ]; then
    dd_say absent
  elif dd_alive "$2"; then
    dd_say live "$dd_nonce"
    [ -n "\${dd_tail:-}" ] || { tail --pid=1 -c 0 /dev/null 2>/dev/null && dd_tail=dd_stream || dd_tail=dd_poll; }
    "$dd_tail" "$2" "$3" &
    dd_child=$! dd_line=
    # A dot from us when we have met the nonce; the end of the channel when the connection is gone.
    while [ "$dd_line" != . ]; do read -r dd_line || { kill "$dd_child"; exit; }; done
    kill "$dd_child" 2>/dev/null
    wait "$dd_child" 2>/dev/null
  else
    dd_settle "$2"
    dd_tell "$2" "$3"
  fi
}

# dd_tell id offset: all that there is of a task that is over.
dd_tell() {
  dd_say past "$dd_nonce"
  tail -c "+$(($2 + dd_base + 1))" "task/$1"
  # Read only when the record of the output has no end of its own, or a torn one.
  if dd_ended; then printf '\n%s %s cut\n' "$dd_nonce" "$dd_code"
  elif [ "$dd_booted" != "$dd_boot" ]; then printf '%s unknown the node has rebooted since\n' "$dd_nonce"
  else printf '%s unknown its supervisor was killed and left no exit code\n' "$dd_nonce"
  fi
  # The recorder tells while the shell takes the next question already: nothing of ours may get into that answer.
  dd_say told
}

# The supervising process is gone: the recording one may be about to write the last bytes.
dd_settle() {
  # It may have ended between our reading of its record and our look for it.
  dd_load "$1"
  dd_left=20
  while [ "$dd_left" -gt 0 ] && ! [ -e "cut/$1" ] && dd_ended; do
    case $(tail -c 64 "task/$1" | tr -d '\000') in *"$dd_nonce "*) return ;; esac
    dd_left=$((dd_left - 1))
    dd_nap 0.1
  done
}

# dd_stream id offset: GNU tail, woken by the kernel when the file grows. TERM may come while it is being started: only $!
# tells at any moment whether there is one, and only KILL is not lost on a process that is not tail yet.
dd_stream() {
  dd_before=\${!:-}
  trap '[ "\${!:-}" = "$dd_before" ] || kill -s KILL "$!" 2>/dev/null; wait; exit 0' TERM
  tail -s 0.2 "--pid=$dd_pid" -c "+$(($2 + dd_base + 1))" -f "task/$1" &
  wait "$!"
  printf '%s gone\n' "$dd_nonce"
}

# dd_poll id offset: any other tail.
dd_poll() {
  dd_over= dd_at=$(($2 + dd_base))
  trap 'dd_over=yes' TERM
  while [ -z "$dd_over" ]; do
    dd_final=yes
    dd_alive "$1" && dd_final=
    dd_size=$(($(wc -c <"task/$1")))
    if [ "$dd_size" -gt "$dd_at" ]; then
      tail -c "+$((dd_at + 1))" "task/$1" | head -c "$((dd_size - dd_at))"
      dd_at=$dd_size
    elif [ -n "$dd_final" ]; then
      printf '%s gone\n' "$dd_nonce"
      return
    else
      dd_nap 0.1
    fi
  done
}

dd_stop() { dd_token=$1; dd_say stopped; }
`;
