import { shell } from './shell-text.ts';

/** How the node tells for how long a task has been running. It goes with the question, as that is asked seldom. */
export const AGE = shell`
# dd_age token id: hundredths of a second since the task's supervisor was started, while it lives. A process that is started
# now tells what time it is by the clock that processes are stamped with: a container may show another one.
dd_age() {
  dd_token=$1
  if dd_load "$2" && dd_alive "$2" && dd_look "$dd_pid"; then
    dd_then=$dd_ticks
    dd_read_stat "$(cat /proc/self/stat)"
    dd_say running "$((dd_ticks - dd_then))"
  fi
  dd_say done
}
`;
