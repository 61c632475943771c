import { shell } from './shell-text.ts';

/** How the node tells which tasks may be going on. It goes with the question, as that is asked seldom. */
export const UNENDED = shell`
# dd_unended token prefix: the tasks whose names begin so, that were begun since the node is up, and whose end is not on record. One
# that is just being started is among them.
dd_unended() {
  dd_token=$1
  for dd_file in "task/$2"*; do
    dd_id=\${dd_file#task/}
    if dd_load "$dd_id"; then
      [ "$dd_state" = + ] && [ "$dd_booted" = "$dd_boot" ] && ! dd_ended || continue
    else
      [ -s "$dd_file" ] || continue
    fi
    dd_say unended "$dd_id"
  done
  dd_say done
}
`;
