import { mkdir, rm } from 'node:fs/promises';
import { type RoundsPostgres, startPostgres } from '../faults/postgres.ts';
import { startSshd, type TestSshd } from '../support/sshd.ts';
import { type Company, ircHandles } from './cast.ts';
import { type IrcHall, openIrcHall } from './voices/irc.ts';

/** Servers that one day after the other uses: starting them anew each time would take longer than the day. */
export interface Lane {
  readonly postgres: RoundsPostgres;
  readonly hall: IrcHall;
  readonly machines: readonly TestSshd[];
  /** Nothing of an earlier day is left on the machines. */
  tidy(): Promise<void>;
  close(): Promise<void>;
}

export async function openLane(company: Company, machines: number): Promise<Lane> {
  const opened: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const each of opened.splice(0).reverse()) await each();
  };
  try {
    const sshds: TestSshd[] = [];
    for (let at = 0; at < machines; at += 1) {
      const [first] = sshds;
      const sshd = await startSshd(first ? { alsoAuthorized: [first.clientKey] } : {});
      sshds.push(sshd);
      opened.push(() => sshd.stop());
    }
    const postgres = await startPostgres();
    opened.push(() => postgres.stop());
    const hall = await openIrcHall(ircHandles(company));
    opened.push(() => hall.close());
    const tidy = async () => {
      for (const { stateDir, home } of sshds) {
        await rm(stateDir, { recursive: true, force: true });
        await rm(home, { recursive: true, force: true });
        await mkdir(home);
      }
    };
    return { postgres, hall, machines: sshds, tidy, close };
  } catch (error) {
    await close();
    throw error;
  }
}
