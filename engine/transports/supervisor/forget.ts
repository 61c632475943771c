import { shell } from './shell-text.ts';

/** How the node forgets tasks. It goes with each such question, so that any shell can be asked that has nothing to do just now. */
export const FORGET = shell`
# dd_forget token minutes id…: empties what is kept of these, but not of a task that still runs; then sweeps.
dd_forget() {
  dd_token=$1 dd_minutes=$2
  shift 2
  for dd_id do
    dd_load "$dd_id"
    [ "$dd_state" != - ] && [ -e "task/$dd_id" ] || continue
    if dd_alive "$dd_id"; then dd_say running "$dd_id"; else dd_empty "$dd_id"; fi
  done
  [ -z "$dd_minutes" ] || dd_sweep "$dd_minutes"
  dd_say done
}
dd_forget_all() { cd task && set -- "$1" "$2" * && cd .. && dd_forget "$@"; }

# The names stay, so that the gate is never open. Nothing is started for this, and file systems like it better.
dd_empty() {
  printf '%s\n' '- .' >"task/$1"
  [ ! -e "script/$1" ] || printf '' >"script/$1"
}

# dd_sweep minutes: what was forgotten longer ago than that goes without a trace. What ended longer ago and was not forgotten
# is: somebody may still come and ask for it, or the clock have been set, so its name stays for as long again.
dd_sweep() {
  dd_list= dd_count=0
  for dd_id in $(cd task && find . -type f -mmin "+$1"); do
    dd_id=\${dd_id#./}
    dd_load "$dd_id"
    dd_alive "$dd_id" && continue
    if [ "$dd_state" != - ] && [ -s "task/$dd_id" ]; then dd_empty "$dd_id"; continue; fi
    dd_list="$dd_list task/$dd_id script/$dd_id cut/$dd_id cut/$dd_id~" dd_count=$((dd_count + 1))
    # A command line has its limits.
    if [ "$dd_count" -ge 300 ]; then rm -f $dd_list; dd_list= dd_count=0; fi
  done
  [ -z "$dd_list" ] || rm -f $dd_list
}
`;
