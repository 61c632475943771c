import { shell } from './shell-text.ts';

/**
 * What the node does with a new task, for any POSIX sh (dash, busybox, bash) with Linux's /proc. What every task needs is
 * done by the shell's own means: a program that is started costs more than all the rest.
 */
export const START = shell`
set -u
dd_last=
dd_newline='
'

dd_say() { printf '%s %s\n' "$dd_token" "$*"; }
dd_fail() { dd_say failed "$*"; }

# dd_hello token: checks what the rest relies on, and tells the node's mark.
dd_hello() {
  dd_token=$1
  if ! read -r dd_boot 2>/dev/null </proc/sys/kernel/random/boot_id; then
    dd_fail "no /proc with a boot id: only Linux nodes are supported"; exit 1
  fi
  if ! dd_look_for setsid; then
    dd_fail "setsid is missing: install util-linux or busybox on the node"; exit 1
  fi
  dd_setsid=$dd_program
  dd_look_for cat && dd_cat=$dd_program
  if [ -n "\${DEPLOYDAY_STATE:-}" ]; then dd_root=$DEPLOYDAY_STATE
  elif [ -O / ]; then dd_root=/var/lib/deployday
  else dd_root=\${HOME:-/nonexistent}/.deployday
  fi
  # What is made last shows that the rest is there.
  if ! [ -h "$dd_root/step" ]; then
    dd_error=$({
      mkdir -p -m 700 "$dd_root" && cd "$dd_root" && mkdir -p -m 700 task script cut &&
        ln -s /proc/self/fd/9 step
    } 2>&1)
  fi
  if ! cd "$dd_root/task" 2>/dev/null || ! cd ..; then
    dd_fail "cannot make $dd_root: \${dd_error:-no permission}"; exit 1
  fi
  dd_root=$PWD
  if ! read -r dd_id 2>/dev/null <id && ! dd_name; then
    dd_fail "cannot write to $dd_root; is the disk full?"; exit 1
  fi
  dd_say ready "$dd_id.$dd_boot"
}

dd_look_for() {
  dd_ifs=$IFS IFS=:
  for dd_program in \${PATH:-}; do
    dd_program=$dd_program/$1
    if [ -x "$dd_program" ]; then IFS=$dd_ifs; return; fi
  done
  IFS=$dd_ifs
  return 1
}

# Gives the folder its name. A link is made whole or not at all, and by one shell alone.
dd_name() {
  read -r dd_id </proc/sys/kernel/random/uuid
  # A machine that lost its power may have left an empty one.
  [ -e id ] && ! [ -s id ] && rm -f id
  { printf '%s\n' "$dd_id" >"id.$dd_id" && ln "id.$dd_id" id; } 2>/dev/null
  rm -f "id.$dd_id"
  read -r dd_id 2>/dev/null <id
}

# dd_run token id nonce offset script env dot: starts the task unless the node has it already, then that one is followed.
dd_run() {
  # Where the connection was lost between two words, or where the value of a variable begins, what has come is a command, too. The
  # input ends there, so this shell does.
  [ "\${7:-}" = . ] || exit
  dd_token=$1 dd_last= dd_made=
  # Collects what has become of earlier tasks' processes.
  jobs >/dev/null
  # The once-only gate: with -C, a file that is there is not opened for writing.
  set -C
  { set +C; dd_made=yes; dd_begin "$@"; } 2>/dev/null 4>"task/$2" 7<>"task/$2"
  set +C
  if [ -n "$dd_made" ]; then return
  elif [ -e "task/$2" ]; then dd_follow "$1" "$2" "$4"
  else dd_fail "the task was not started: cannot write to $dd_root; is the disk full?"
  fi
}

# The record is open twice: 4 for who supervises, 7 for who reads, from where the output will begin. All that may fail for
# want of room is done here, before anything has started.
dd_begin() {
  dd_way=pipe dd_kept=$5
  # A short script comes to its shell through a pipe and is kept with its output. One that may look at itself gets a file.
  case $5 in
    '#!'*) dd_way=own ;;
    *'$0'* | *'\${0'*) dd_way=file ;;
    *) [ "\${#5}" -le 4000 ] || dd_way=file ;;
  esac
  [ "$dd_way" = pipe ] || { dd_kept=; printf '%s' "$5" >"script/$2"; } && printf '%127s\n%s\n' '' "$dd_kept" >&7 || {
    rm -f "task/$2" "script/$2"
    dd_fail "the task was not started: cannot write to $dd_root; is the disk full?"
    return
  }
  [ "$dd_way" != own ] || chmod 700 "script/$2"
  read -r dd_rest dd_from </proc/self/fdinfo/7
  dd_last=$2
  # The right to tell the task's end: two lines, the first one for who is first (dd_claim).
  exec 6<<END
first
second
END
  dd_supervise "$2" "$3" "$6" "$5" 6<&- 7<&- | dd_record "$@" 4>&- &
}

# dd_supervise id nonce env script: starts the script in a session of its own, waits for it, and puts its exit code on record.
dd_supervise() {
  # The shell's number for itself would be its parent's.
  cd -P /proc/self && dd_pid=\${PWD##*/} && cd "$dd_root" || exit
  set -- "$1" "$2" "$3" "$4" "$dd_root" "$dd_setsid" "$dd_way" "+ $dd_pid $dd_boot $2 $dd_from ."
  # Our record stays open as long as we live, but not in the script: that is how others see that we do (dd_alive).
  {
    printf '%s\n' "$8" 1<>"task/$1" || exit
    # From here on every variable may be the task's own.
    eval "$3"
    cd "\${HOME:-/}" 2>/dev/null || cd /
    case $7 in
      pipe) DEPLOYDAY_TASK=$1 "$6" /bin/sh "$5/step" 9<<END
exec 9<&-; $4
END
      ;;
      file) DEPLOYDAY_TASK=$1 "$6" /bin/sh "$5/script/$1" ;;
      own) DEPLOYDAY_TASK=$1 "$6" "$5/script/$1" ;;
    esac 2>&1
    set -- "$1" "$2" "$5" "$8" "$?"
    printf '%s\n= %s .\n' "$4" "$5" 1<>"$3/task/$1"
    [ -e "$3/cut/$1" ] && printf '\n%s %s cut\n' "$2" "$5" >>"$3/task/$1"
    # Through the pipe, so that it comes after all that the task wrote, and no daemon that keeps the pipe open matters.
    printf '%s %s ok\n' "$2" "$5"
  } </dev/null 4>&-
}

# dd_record token id nonce offset: keeps what comes through the pipe, up to 64 MiB (ulimit counts 512 bytes) or until the
# disk is full; then tells all of it, unless somebody follows already.
dd_record() {
  ulimit -c 0
  ulimit -S -f "$((131073 + dd_from / 512))"
  {
    "$dd_cat" >&5 || {
      # Killed, and perhaps everything is: who goes down with a node says nothing of its disk.
      case $? in 137 | 143) dd_nap 0.5 ;; esac
      dd_drop "$2"
    }
    read -r dd_rest dd_size </proc/self/fdinfo/5
  } 5>>"task/$2"
  dd_claim || exit
  dd_token=$1 dd_size=$((dd_size - dd_from))
  if [ "$4" = 0 ] && [ "$dd_size" -le 512 ]; then
    # A NUL is lost in a variable, and then the length is not right.
    dd_text=
    while IFS= read -r dd_line; do dd_text=$dd_text$dd_line$dd_newline; done <&7
    case $dd_text in *"$3 "*" ok$dd_newline")
      if [ "\${#dd_text}" = "$dd_size" ]; then
        printf '%s whole %s\n%s' "$1" "$3" "$dd_text"
        exit
      fi
    esac
  fi
  dd_load "$2" && dd_tell "$2" "$4"
}

# The rest is read and dropped: the task goes on.
dd_drop() {
  printf '' >"cut/$1"
  ulimit -S -f "$(ulimit -H -f)"
  # The task may have ended before that file was there to be seen.
  dd_load "$1" && dd_ended && printf '\n%s %s cut\n' "$dd_nonce" "$dd_code" >>"task/$1"
  "$dd_cat" >/dev/null
}

# True for one of the two that would tell the task's end. They read from the same place, so only one gets the first byte.
dd_claim() {
  read -r dd_turn <&6
  case $dd_turn in f*) ;; *) return 1 ;; esac
}
`;
