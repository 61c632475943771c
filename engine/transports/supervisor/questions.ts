import { AGE } from './age.ts';
import { FOLLOW } from './follow.ts';
import { FORGET } from './forget.ts';
import { KILL } from './kill.ts';
import { quote } from './shell-text.ts';
import { START } from './start.ts';
import { UNENDED } from './unended.ts';

/**
 * What the shell on the node is asked: one line of shell text whose words are all quoted. docs/decisions/0004-task-supervisor.md
 * tells why it is like this; the words in short:
 *
 * - record: `task/<id>` in the state folder. Its first 128 bytes hold pid of the supervising process, the node's boot id, the
 *   task's nonce and where the output begins, then the exit code; the script follows, and the output. Making it is the
 *   once-only gate; `-` in it: never to be started. Beside it `script/<id>` where the script needs a file, and `cut/<id>`
 *   when output had to be dropped.
 * - token: chosen by us for each question; every line of an answer starts with it.
 * - nonce: chosen by us for each task; `<nonce> <exit code> ok` follows the task's last byte of output, on record, too.
 *   When output had to be dropped it is `<nonce> <exit code> cut`, after a line feed of our own.
 */

/** What a fresh `/bin/sh -s` is sent that is to run and follow tasks; it answers `<token> ready <mark>` or `<token> failed <why>`. */
export const taskShell = (token: string) => `${START}${FOLLOW}dd_hello ${token}\n`;

/** The same for a shell that is to kill. */
export const killShell = (token: string) => `${START}${FOLLOW}${KILL}dd_hello ${token}\n`;

/**
 * Starts a task, or follows the one that is there. Answered like {@link followQuestion}; when the task was started, only at
 * its end, and until then the shell takes a {@link watchQuestion}. A short answer is `<token> whole <nonce>`, the bytes, and
 * the end, in one write.
 */
export const runQuestion = (
  token: string,
  nonce: string,
  id: string,
  offset: number,
  script: string,
  environment: string,
) => `dd_run ${token} ${id} ${nonce} ${offset} ${quote(script)} ${quote(environment)} .\n`;

/** Follows the task that this shell has started, and answers so; does nothing if its end is being told already. */
export const watchQuestion = (token: string, id: string, offset: number) =>
  `dd_watch ${token} ${id} ${offset}\n`;

/**
 * `<token> absent`, `<token> unknown <why>`, `<token> failed <why>`, or `<token> live|past <nonce>`, the bytes of the
 * output, and `<nonce> <exit code> ok|cut`, `<nonce> unknown <why>` or `<nonce> gone` (ask again from where you are).
 * After `live` the shell takes nothing before {@link LEAVE}; after `past` there is more to skip, up to `<token> told`.
 */
export const followQuestion = (token: string, id: string, offset: number) =>
  `dd_follow ${token} ${id} ${offset}\n`;

/** Ends following. */
export const LEAVE = '.\n';

/** Ends following, too, and is answered `<token> stopped`. */
export const stopQuestion = (token: string) => `${LEAVE}dd_stop ${token}\n`;

/**
 * `<token> left <pid> <command>` for each process that is still there, `<token> itself <exit code>` when the task was over before
 * anything of it was ended, `<token> ended <exit code>` when it has ended since, then `<token> done`.
 */
export const killQuestion = (token: string, id: string, graceMs: number, spareEnded: boolean) =>
  `dd_kill ${token} ${id} ${Math.ceil(graceMs / 10)}${spareEnded ? ' spare' : ''}\n`;

/** `<token> running <hundredths of a second>` while it runs, then `<token> done`. */
export const ageQuestion = (token: string, id: string) => `${AGE}dd_age ${token} ${id}\n`;

/** `<token> unended <id>` for each, then `<token> done`. */
export const unendedQuestion = (token: string, prefix: string) => `${UNENDED}dd_unended ${token} ${prefix}\n`;

/** `<token> running <id>` for each that was kept because it still runs, then `<token> done`. */
export function forgetQuestion(token: string, ids: readonly string[] | 'all', sweepOlderThanDays?: number) {
  const minutes = quote(sweepOlderThanDays === undefined ? '' : String(Math.ceil(sweepOlderThanDays * 1440)));
  return ids === 'all'
    ? `${FORGET}dd_forget_all ${token} ${minutes}\n`
    : `${FORGET}dd_forget ${token} ${minutes} ${ids.join(' ')}\n`;
}

/** Shell text that exports each variable. */
export const environmentText = (env: Readonly<Record<string, string>>) =>
  Object.entries(env)
    .map(([name, value]) => `export ${name}=${quote(value)}\n`)
    .join('');
