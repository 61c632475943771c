import type { NodeShell } from './node-shell.ts';

/** Lends out the shells of one connection, one user at a time each; opens more up to a limit, then lets users wait. */
export interface ShellPool {
  use<T>(work: (shell: NodeShell) => Promise<T>): Promise<T>;
  /** The same on one that is open and has nothing to do; null when there is none. */
  useIdle<T>(work: (shell: NodeShell) => Promise<T>): Promise<T> | null;
}

/** `open` is told how many others there are. `first`: shells that are open already. */
export function createShellPool(
  open: (others: number) => Promise<NodeShell>,
  limit: number,
  first: readonly NodeShell[] = [],
): ShellPool {
  const idle: NodeShell[] = [...first];
  const waiting: (() => void)[] = [];
  let count = idle.length;
  let most = limit;

  async function take(): Promise<NodeShell> {
    for (;;) {
      const shell = takeIdle();
      if (shell) return shell;
      if (count < most) {
        count++;
        const opened = await openOne();
        if (opened) return opened;
      } else {
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    }
  }

  function takeIdle(): NodeShell | null {
    for (;;) {
      const shell = idle.pop();
      if (!shell) return null;
      if (shell.usable()) return shell;
      count--;
    }
  }

  /** Null when the node allows no more shells (sshd's MaxSessions) but we have some that will come back. */
  async function openOne(): Promise<NodeShell | null> {
    try {
      return await open(count - 1);
    } catch (error) {
      count--;
      waiting.shift()?.();
      if (count === 0 || !(error instanceof NoMoreShells)) throw error;
      most = count;
      return null;
    }
  }

  function giveBack(shell: NodeShell): void {
    if (shell.usable()) {
      idle.push(shell);
    } else {
      count--;
      shell.close();
    }
    waiting.shift()?.();
  }

  async function useThen<T>(shell: NodeShell, work: (shell: NodeShell) => Promise<T>): Promise<T> {
    try {
      return await work(shell);
    } finally {
      giveBack(shell);
    }
  }

  return {
    use: async (work) => useThen(await take(), work),
    useIdle(work) {
      const shell = takeIdle();
      return shell && useThen(shell, work);
    },
  };
}

/** The node refused another channel on a connection that is otherwise well. */
export class NoMoreShells extends Error {}
