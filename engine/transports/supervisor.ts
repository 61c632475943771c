/**
 * The program that runs on the node, for any POSIX sh (dash, busybox, bash) with Linux's /proc. It is sent once over a
 * channel of `/bin/sh -s`; from then on that shell is asked by sending it one line of shell text whose words are all
 * quoted. docs/decisions/0004-task-supervisor.md tells why it is like this; the words in short:
 *
 * - state directory: `$root/<id>` with `script`, `env` (emptied at the end), `out`, `task` (pid, start time and boot id
 *   of the supervising process, nonce), `exit`, and `cut` when output had to be dropped. Making it is the once-only gate.
 * - token: chosen by us for each question; every line of an answer starts with it.
 * - nonce: chosen by us for each task; `<nonce> <exit code> ok` follows the task's last byte of output, in `out` itself.
 *   When output had to be dropped it is `<nonce> <exit code> cut`, after a line feed of our own.
 */
const PROGRAM = `
dd_umask=$(umask)
umask 077
set -u

# dd_hello token: checks what the rest relies on.
dd_hello() {
  dd_token=$1
  if ! read -r dd_boot 2>/dev/null </proc/sys/kernel/random/boot_id; then
    dd_fail "no /proc with a boot id: only Linux nodes are supported"; exit 1
  fi
  if ! dd_setsid=$(command -v setsid); then
    dd_fail "setsid is missing: install util-linux or busybox on the node"; exit 1
  fi
  if [ -n "\${DEPLOYDAY_STATE:-}" ]; then dd_root=$DEPLOYDAY_STATE
  elif [ "$(id -u)" = 0 ]; then dd_root=/var/lib/deployday/tasks
  else dd_root=\${HOME:-/nonexistent}/.deployday/tasks
  fi
  if ! dd_error=$([ -d "$dd_root" ] || mkdir -p "$dd_root" 2>&1); then
    dd_fail "cannot make $dd_root: $dd_error"; exit 1
  fi
  dd_tail=poll
  tail --pid=1 -c 0 /dev/null 2>/dev/null && dd_tail=watch
  dd_tick=0.1 dd_ticks=20
  sleep 0.01 2>/dev/null || dd_tick=1 dd_ticks=3
  dd_say ready "$dd_tail"
}

dd_say() { printf '%s %s\\n' "$dd_token" "$*"; }
dd_fail() { dd_say failed "$*"; }

# dd_run token id nonce script env: starts the task unless the node has it already, then follows it.
dd_run() {
  dd_token=$1
  if mkdir "$dd_root/$2" 2>/dev/null; then
    cd "$dd_root/$2" && dd_nonce=$3 && dd_start "$2" "$4" "$5" || {
      cd / && rm -rf "$dd_root/$2"
      dd_fail "the task was not started: cannot write to $dd_root/$2; is the disk full?"
      return
    }
  elif ! [ -d "$dd_root/$2" ]; then
    dd_fail "the task was not started: cannot make $dd_root/$2; is the disk full?"
    return
  fi
  dd_follow "$1" "$2" 0
}

# dd_start id script env: in the new state directory.
dd_start() {
  printf '%s' "$2" >script && printf 'export DEPLOYDAY_TASK=%s\\n%s' "$1" "$3" >env && : >out || return 1
  dd_shell=/bin/sh
  case $2 in '#!'*) dd_shell=; chmod 700 script || return 1 ;; esac
  # Both ends of the pipe become children of init at once; descriptor 3 brings the word that the task is on record.
  [ "$(exec 3>&1 >/dev/null </dev/null 2>&1; dd_supervise | dd_record &)" = started ]
}

# Starts the task in a session of its own, waits for it, and puts its exit code on record.
dd_supervise() {
  read -r dd_stat </proc/self/stat || exit 1
  dd_pid=\${dd_stat%% *}
  set -- \${dd_stat##*) }
  # The room for the exit code is taken now, so that a disk filled by the task cannot swallow it.
  printf '%63s\\n' '' >exit && printf '%s %s %s %s\\n' "$dd_pid" "\${20}" "$dd_boot" "$dd_nonce" >task || exit 1
  printf started >&3
  exec 3>&-
  (
    set -- "$dd_setsid" $dd_shell "$PWD/script"
    umask "$dd_umask"
    . "$PWD/env"
    cd "\${HOME:-/}" 2>/dev/null || cd /
    exec "$@"
  ) 2>&1
  dd_code=$?
  printf '%s .\\n' "$dd_code" 1<>exit
  : >env
  [ -e cut ] && printf '\\n%s %s cut\\n' "$dd_nonce" "$dd_code" >>out
  # Through the pipe, so that it comes after all that the task wrote, and no daemon that keeps the pipe open matters.
  printf '%s %s ok\\n' "$dd_nonce" "$dd_code"
}

# Keeps what comes through the pipe, up to 64 MiB (ulimit counts 512 bytes) or until the disk is full. The rest is read and
# dropped: the task goes on.
dd_record() {
  exec 3>&-
  (ulimit -c 0; ulimit -f 131072; exec cat >>out) && exit
  : >cut
  # The task may have ended before that file was there to be seen.
  if dd_load && dd_ended; then printf '\\n%s %s cut\\n' "$dd_nonce" "$dd_code" >>out; fi
  exec cat >/dev/null
}

# What is on record about the task in this directory.
dd_load() { read -r dd_pid dd_started dd_booted dd_nonce 2>/dev/null <task && [ -n "$dd_nonce" ]; }
dd_ended() { read -r dd_code dd_dot dd_rest 2>/dev/null <exit && [ "$dd_dot" = . ]; }
dd_alive() {
  [ "$dd_booted" = "$dd_boot" ] || return 1
  read -r dd_stat 2>/dev/null <"/proc/$dd_pid/stat" || return 1
  set -- \${dd_stat##*) }
  [ "$1" != Z ] && [ "\${20}" = "$dd_started" ]
}

# dd_follow token id offset: the output from there on, then the nonce with what became of the task.
dd_follow() {
  dd_token=$1
  cd "$dd_root/$2" 2>/dev/null || { dd_say absent; return; }
  dd_left=$dd_ticks
  until dd_load; do
    # Another shell is just starting it, or was cut off while doing so.
    [ "$dd_left" -gt 0 ] || { dd_say unknown "it was prepared, but there is no trace of a start"; return; }
    dd_left=$((dd_left - 1))
    sleep "$dd_tick"
  done
  if dd_alive; then
    dd_say live "$dd_nonce"
    "dd_$dd_tail" "$3" &
    dd_child=$!
    # One line from us when we have met the nonce; the end of the channel when the connection is gone.
    read -r dd_line || dd_line=gone
    kill "$dd_child" 2>/dev/null
    wait "$dd_child" 2>/dev/null
    [ "$dd_line" != gone ] || exit
  else
    dd_say past "$dd_nonce"
    dd_settle
    tail -c "+$(($3 + 1))" out
    # Read only when the record of the output has no end of its own, or a torn one.
    if dd_ended; then printf '\\n%s %s cut\\n' "$dd_nonce" "$dd_code"
    elif [ "$dd_booted" != "$dd_boot" ]; then printf '%s unknown the node has rebooted since\\n' "$dd_nonce"
    else printf '%s unknown its supervisor was killed and left no exit code\\n' "$dd_nonce"
    fi
  fi
}

dd_stop() { dd_token=$1; dd_say stopped; }

# The supervising process is gone: the recording one may be about to write the last bytes.
dd_settle() {
  dd_left=$dd_ticks
  while [ "$dd_left" -gt 0 ] && ! [ -e cut ] && dd_ended; do
    case $(tail -c 64 out | tr -d '\\000') in *"$dd_nonce "*) return ;; esac
    dd_left=$((dd_left - 1))
    sleep "$dd_tick"
  done
}

# dd_watch offset: GNU tail, woken by the kernel when the file grows.
dd_watch() {
  dd_child=
  trap '[ -z "$dd_child" ] || { kill "$dd_child" 2>/dev/null; wait "$dd_child"; }; exit 0' TERM
  tail -s 0.2 "--pid=$dd_pid" -c "+$(($1 + 1))" -f out &
  dd_child=$!
  wait "$dd_child"
  printf '%s gone\\n' "$dd_nonce"
}

# dd_poll offset: any other tail.
dd_poll() {
  dd_over= dd_at=$1
  trap 'dd_over=yes' TERM
  while [ -z "$dd_over" ]; do
    dd_last=yes
    dd_alive && dd_last=
    dd_size=$(($(wc -c <out)))
    if [ "$dd_size" -gt "$dd_at" ]; then
      tail -c "+$((dd_at + 1))" out | head -c "$((dd_size - dd_at))"
      dd_at=$dd_size
    elif [ -n "$dd_last" ]; then
      printf '%s gone\\n' "$dd_nonce"
      return
    else
      sleep "$dd_tick"
    fi
  done
}

# dd_kill token id grace: hundredths of a second between TERM and KILL.
dd_kill() {
  dd_token=$1
  dd_now
  dd_grace=$((dd_time + $3)) dd_told=' '
  while dd_find "$2"; [ -n "$dd_found" ]; do
    dd_now
    [ "$dd_time" -lt "$((dd_grace + 50))" ] || break
    for dd_pid in $dd_found; do
      if [ "$dd_time" -ge "$dd_grace" ]; then
        kill -s KILL "$dd_pid" 2>/dev/null
      else
        case $dd_told in *" $dd_pid "*) continue ;; esac
        dd_told="$dd_told$dd_pid "
        kill -s TERM "$dd_pid" 2>/dev/null
        kill -s CONT "$dd_pid" 2>/dev/null
      fi
    done
    [ "$dd_tick" = 0.1 ] && sleep 0.05 || sleep 1
  done
  for dd_pid in $dd_found; do
    dd_say left "$dd_pid" "$(tr '\\000\\n' '  ' 2>/dev/null <"/proc/$dd_pid/cmdline")"
  done
  dd_say done
}

dd_now() {
  read -r dd_time dd_rest </proc/uptime
  dd_time=\${dd_time%.*}\${dd_time#*.}
}

# dd_find id: living processes that carry the task's mark, children of its supervisor, their sessions and descendants.
# Oldest first, so that a script hears of its end before its children have died.
dd_find() {
  dd_marked=
  # One process reads them all; what it finds is looked at again, because a value may hold text like these headings.
  for dd_pid in $(head -c 262144 /proc/[0-9]*/environ 2>/dev/null | tr '\\000' '\\n' | awk -v mark="DEPLOYDAY_TASK=$1" '
    /^==> \\/proc\\/[0-9]+\\/environ <==$/ { split($0, path, "/"); next }
    $0 == mark { print path[3] }'); do
    if tr '\\000' '\\n' 2>/dev/null <"/proc/$dd_pid/environ" | grep -qxF "DEPLOYDAY_TASK=$1"; then
      dd_marked="$dd_marked $dd_pid"
    fi
  done
  dd_parent=none
  if cd "$dd_root/$1" 2>/dev/null && dd_load && dd_alive; then dd_parent=$dd_pid; fi
  dd_found=$(cat /proc/[0-9]*/stat 2>/dev/null | awk -v marked="$dd_marked" -v top="$dd_parent" '
    {
      pid = $1
      sub(/^.*\\) /, "")
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

# dd_forget token id…: removes state directories, but not under a task that still runs.
dd_forget() {
  dd_token=$1 dd_list=
  shift
  for dd_id do
    cd "$dd_root/$dd_id" 2>/dev/null || continue
    if dd_load && dd_alive; then dd_say running "$dd_id"; else dd_list="$dd_list ./$dd_id"; fi
  done
  cd "$dd_root" && [ -n "$dd_list" ] && rm -rf $dd_list
  dd_say done
}
dd_forget_all() { cd "$dd_root" && dd_forget "$1" *; }
`;

/** Without comments and indentation: some shells read their standard input byte by byte. */
const COMPACT = PROGRAM.replace(/^\s*#.*\n/gm, '').replace(/^\s+/gm, '');

/** What a fresh `/bin/sh -s` is sent; it answers `<token> ready …` or `<token> failed <why>`. */
export const bootQuestion = (token: string) => `${COMPACT}dd_hello ${token}\n`;

/** Starts a task, or follows the one that is there. Answered like {@link followQuestion}. */
export const runQuestion = (token: string, nonce: string, id: string, script: string, environment: string) =>
  `dd_run ${token} ${id} ${nonce} ${quote(script)} ${quote(environment)}\n`;

/**
 * `<token> absent`, `<token> unknown <why>`, `<token> failed <why>`, or `<token> live|past <nonce>`, the bytes of the
 * output, and `<nonce> <exit code> ok|cut`, `<nonce> unknown <why>` or `<nonce> gone` (ask again from where you are).
 * After `live` the shell waits for an empty line before it takes the next question.
 */
export const followQuestion = (token: string, id: string, offset: number) =>
  `dd_follow ${token} ${id} ${offset}\n`;

/** Ends following, like the empty line, and is answered `<token> stopped`. */
export const stopQuestion = (token: string) => `\ndd_stop ${token}\n`;

/** `<token> left <pid> <command>` for each process that is still there, then `<token> done`. */
export const killQuestion = (token: string, id: string, graceMs: number) =>
  `dd_kill ${token} ${id} ${Math.ceil(graceMs / 10)}\n`;

/** `<token> running <id>` for each that was kept because it still runs, then `<token> done`. */
export const forgetQuestion = (token: string, ids: readonly string[] | 'all') =>
  ids === 'all' ? `dd_forget_all ${token}\n` : `dd_forget ${token} ${ids.join(' ')}\n`;

/** The text of the file `env`: shell text that exports each variable. */
export const environmentText = (env: Readonly<Record<string, string>>) =>
  Object.entries(env)
    .map(([name, value]) => `export ${name}=${quote(value)}\n`)
    .join('');

/** One shell word, whatever the text holds (but NUL). */
export const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
