/** What lines of the bot mean to a person who reads them. */

export const ENVIRONMENT = 'demo';

/** In IRC a line that answers somebody may begin with the name. */
const BEGIN = `^(?:\\S+: )?`;
const TOLD = new RegExp(`${BEGIN}${ENVIRONMENT} (ready|failed|broke|cancelled|unknown)\\b`);
const QUESTION = new RegExp(`${BEGIN}${ENVIRONMENT} unknown: nobody knows`);

/** It asks what became of tasks. */
export const isQuestion = (line: string): boolean => QUESTION.test(line);

/** The word of an outcome; null if the line tells none. */
export const outcomeIn = (line: string): string | null =>
  isQuestion(line) ? null : (TOLD.exec(line)?.[1] ?? null);

/** Something went wrong in the bot; which command it answers is not said. */
export const isTrouble = (line: string): boolean => /That broke inside the bot/.test(line);

/** The answer to a command that an earlier process took in and did not do, or that the database went away under. */
export const wasCutOff = (line: string): boolean =>
  /restarted before it could answer|database went away while "/.test(line);

/** Which command a line answers, by its verb, or what was said aside by its word; null if it is no answer. */
export function answerIn(line: string): string | null {
  const late = /(?:could not answer|could answer|went away while|^(?:\S+: )?)\s*"(\w+) (\S+) …"/.exec(line);
  if (late) return late[1] === 'status' ? (late[2] ?? null) : (late[1] ?? null);
  const aside = /no environment (aside-\d+)/i.exec(line)?.[1];
  if (aside) return aside;
  if (/: provisioning … watch|a run goes on on \S+: "provision/i.test(line)) return 'provision';
  if (/: going on with |the last run on \S+ succeeded/i.test(line)) return 'retry';
  if (/ (taken as done|to run again|taken as failed)$|is not unknown|no task of \S+ is unknown/i.test(line))
    return 'resolve';
  if (/: ending ".*"; its outcome follows|: ".*" had not begun, and does|nothing is running on/i.test(line))
    return 'cancel';
  // Only a cancel may come before there is anything to cancel.
  if (new RegExp(`no environment ${ENVIRONMENT}\\b`, 'i').test(line)) return 'cancel';
  return null;
}
