import { until } from '../support/until.ts';
import type { Account, Site } from './cast.ts';
import type { DayPlan } from './plan.ts';
import { humanWith, type Stage } from './stage.ts';
import type { Said, Where } from './voices/voice.ts';

/** Something that was said to the bot on the day. */
export interface Spoken extends Said {
  readonly account: Account;
  readonly text: string;
  readonly where: Where;
  /** On the day's clock. */
  readonly at: number;
  /** How often the bot had been started by then. */
  readonly starts: number;
}

/** The people of a day, who speak one after the other, each. */
export interface Crowd {
  /** All that was said so far. */
  readonly spoken: readonly Spoken[];
  /**
   * Says a command and resolves to its answer; null: it was not heard, as the bot was not there. Rejects when it was heard and
   * is not answered.
   */
  ask(account: Account, text: string, where?: Where, site?: Site): Promise<string | null>;
  /** Says it without waiting. `site`: whose room it is said in; the person's own if absent. */
  say(account: Account, text: string, where?: Where, site?: Site): Promise<Spoken>;
  answer(spoken: Spoken): Promise<string | null>;
}

/** Where Slack's rooms are told the news an answer waits behind it, a post a second; and a machine may have much else to do. */
const ANSWER_WITHIN_MS = 240_000;

export function createCrowd(stage: Stage, { humans }: DayPlan): Crowd {
  const spoken: Spoken[] = [];
  const { database, bot } = stage;

  async function say(
    account: Account,
    text: string,
    where: Where = 'room',
    site: Site = humanWith(humans, account)?.site ?? 'Upper Hall',
  ): Promise<Spoken> {
    const at = stage.clock.now();
    const starts = bot.starts();
    const said = await stage.voiceOf(account.service).say(account, site, text, where);
    const one = { ...said, account, text, where, at, starts };
    spoken.push(one);
    return one;
  }

  async function answer(one: Spoken): Promise<string | null> {
    const answered = await until<string | 'unheard' | null>(
      async () => {
        const [first] = one.answers();
        if (first !== undefined) return `answer ${first}`;
        // Who speaks while the bot is away, or to one that is killed before it takes it in, may be unheard.
        if (bot.starts() === one.starts && !mayBeUnheard(stage, one) && !(await isBeyondReach(one)))
          return null;
        return (await isReceived(one)) ? null : 'unheard';
      },
      {
        what: `an answer to "${one.text}" of ${one.account.handle} (${one.messageId})`,
        withinMs: ANSWER_WITHIN_MS,
        everyMs: 30,
      },
    );
    return answered === 'unheard' ? null : answered.slice('answer '.length);
  }

  /** Whoever is not heard so says it again, as people do. */
  async function isBeyondReach(one: Spoken): Promise<boolean> {
    if (!mayBeBeyondReach(one)) return false;
    const before = spoken.slice(0, spoken.indexOf(one)).filter((other) => isPrivateOf(other, one));
    for (const other of before) if (await isReceived(other)) return false;
    return true;
  }

  async function ask(account: Account, text: string, where?: Where, site?: Site): Promise<string | null> {
    const one = await say(account, text, where, site);
    const answered = await answer(one);
    if (answered !== null || !(await isBeyondReach(one))) return answered;
    await until(() => !stage.voices.discord.isLost(), {
      what: 'the bot to be on Discord again',
      withinMs: 60_000,
    });
    return answer(await say(account, text, where, site));
  }

  async function isReceived({ messageId }: Spoken): Promise<boolean> {
    const rows = await database.query(
      `select from received where message_id = '${messageId.replaceAll("'", "''")}'`,
    );
    return rows.length > 0;
  }

  return {
    spoken,
    say,
    answer,
    ask,
  };
}

/**
 * Discord tells a new session nothing of direct messages that were written before it, and a bot cannot list who wrote to it: the
 * first message that somebody ever writes to it, while its session was lost, is beyond its reach. Nothing else is.
 */
export function mayBeBeyondReach({
  account,
  where,
  isUntold,
}: Pick<Spoken, 'account' | 'where' | 'isUntold'>): boolean {
  return account.service === 'discord' && where === 'private' && isUntold === true;
}

function isPrivateOf(other: Spoken, { account }: Spoken): boolean {
  return other.account === account && other.where === 'private';
}

/** On IRC nobody keeps a line for who is not there. */
function mayBeUnheard({ voices }: Stage, { account, messageId }: Spoken): boolean {
  return account.service === 'irc' && (messageId === '' || !voices.irc.isHeard());
}
