import type { Argv } from './command.ts';

/**
 * The command as one that the kernel ends when we end, however we end: of the process alone, not of what it starts. We, that
 * is the thread that starts it, which is the process's first one.
 */
export function endingWithUs(argv: Argv): Argv {
  return ['setpriv', '--pdeathsig', 'KILL', '--', ...argv];
}

/**
 * The command in a mount and a PID namespace of its own: whatever it mounts this host does not see, and when the process that is
 * started here is killed, or we end, everything that the command has started is killed by the kernel with it. Needs root.
 */
export function confined(argv: Argv): Argv {
  // Its mounts are private to it; /proc must be that of its own processes, which builders look up there.
  const namespaces = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  return endingWithUs(['unshare', ...namespaces, '--', ...argv]);
}
