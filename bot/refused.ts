import { whenBack } from '../db/away.ts';
import type { Database } from '../db/client.ts';
import { type Duty, DutyLost } from '../db/duties.ts';
import { withoutValues } from '../db/query-error.ts';
import { noteRefused, type ReceivedMessage } from '../db/received.ts';
import { onDuty } from './duty/held.ts';

/** Messages that are not looked at are written down all the same: else the next process, which reads them again, would act on them. */
export interface Refused {
  /** Resolves when it is written down, or given up with a line in the log. */
  note(message: ReceivedMessage, duty: Duty | null): Promise<void>;
}

export interface RefusedOptions {
  readonly database: Database;
  readonly log: (line: string) => void;
  /** So many may wait for the database; beyond that the oldest are given up, since services show the newest again. */
  readonly mostWaiting: number;
}

interface Waiting {
  readonly message: ReceivedMessage;
  readonly duty: Duty | null;
  settle(): void;
}

/** So many are written in one statement. */
const AT_ONCE = 500;

/** A flood must not become one of statements: what comes while the database is written to goes together. */
export function createRefused({ database, log, mostWaiting }: RefusedOptions): Refused {
  const waiting: Waiting[] = [];
  let isWriting = false;
  let isGivingUp = false;

  async function write(): Promise<void> {
    if (isWriting) return;
    isWriting = true;
    for (let batch = next(); batch.length > 0; batch = next()) {
      const messages = batch.map(({ message }) => message);
      const duty = batch[0]?.duty ?? null;
      await whenBack(() => onDuty(database, duty, (tx) => noteRefused(tx, messages))).catch(
        (error: Error) => {
          if (error instanceof DutyLost) return;
          log(`${messages.length} messages that were refused could not be noted: ${withoutValues(error)}`);
        },
      );
      for (const { settle } of batch) settle();
    }
    isWriting = false;
    isGivingUp = false;
  }

  /** The first ones that are under the same duty. */
  function next(): Waiting[] {
    const end = waiting.findIndex(({ duty }, at) => at === AT_ONCE || duty !== waiting[0]?.duty);
    return waiting.splice(0, end < 0 ? waiting.length : end);
  }

  return {
    note(message, duty) {
      return new Promise((settle) => {
        waiting.push({ message, duty, settle });
        if (waiting.length > mostWaiting) {
          if (!isGivingUp)
            log(`more than ${mostWaiting} refused messages wait to be noted; the oldest are not`);
          isGivingUp = true;
          waiting.shift()?.settle();
        }
        void write();
      });
    },
  };
}
