import type { Random } from './random.ts';

export const SERVICES = ['irc', 'slack', 'discord'] as const;
export type Service = (typeof SERVICES)[number];

/** An account on a chat service. */
export interface Account {
  readonly service: Service;
  /** IRC nick and services account, Slack user id, Discord user name. */
  readonly handle: string;
  /** The name that others see there. */
  readonly display: string;
}

/** One human of the day, with the accounts that are theirs whether the bot knows it or not. */
export interface Human {
  readonly number: number;
  readonly organisation: string;
  readonly site: Site;
  /** The one that is used most comes first. */
  readonly accounts: readonly [Account, ...Account[]];
  /** Named as an admin in the configuration. */
  readonly isHost: boolean;
}

/** Everybody is invented, and so is what they work for. */
export const SITES = ['Upper Hall', 'Lower Hall'] as const;
export type Site = (typeof SITES)[number];

export const ORGANISATIONS = [
  'Example Rackworks',
  'Paper Clip Cloud',
  'Left Sock Systems',
  'Umbrella Stand Ltd',
  'Teapot Telecom',
  'Cardboard Compute',
  'Moonlight Modems',
  'Second Breakfast Labs',
  'Rubber Duck Hosting',
  'Yellow Submersible',
  'Invisible Ink Inc',
  'Jam Jar Networks',
  'Wooden Spoon Data',
  'Nobody in Particular',
] as const;

const FIRST = ['Abo', 'Bix', 'Cud', 'Dov', 'Eno', 'Fip', 'Gug', 'Hob', 'Ixa', 'Jot'] as const;
const LAST = ['Quill', 'Marzipan', 'Drizzle', 'Thimble', 'Nutmeg', 'Pocket', 'Waffle', 'Zigzag'] as const;

/** How many people are on which service, and how many of them have a second account on another one. */
export interface Company {
  readonly irc: number;
  readonly slack: number;
  readonly discord: number;
  readonly second: number;
}

/** Seventy, as on the day in March 2012. */
export const SEVENTY: Company = { irc: 30, slack: 22, discord: 18, second: 14 };
/** Enough for a day that is over soon. */
export const A_FEW: Company = { irc: 9, slack: 5, discord: 4, second: 4 };

/** IRC nicks that a company needs: of those who are there, and of those who are there, too. */
export function ircHandles({ irc, slack, discord, second }: Company): string[] {
  const all = irc + slack + discord;
  return Array.from({ length: all }, (_, number) => number)
    .filter((number) => number < irc || number >= all - second)
    .map(handleOf);
}

export function castOf(company: Company, random: Random): Human[] {
  const { irc, slack, discord, second } = company;
  const all = irc + slack + discord;
  const hosts = [0, irc, irc + slack];
  return Array.from({ length: all }, (_, number) => {
    const service: Service = number < irc ? 'irc' : number < irc + slack ? 'slack' : 'discord';
    const others = number >= all - second ? [accountOf('irc', number)] : [];
    return {
      number,
      organisation: ORGANISATIONS[number % ORGANISATIONS.length] ?? '',
      site: random.pick(SITES),
      accounts: [accountOf(service, number), ...others],
      isHost: hosts.includes(number),
    };
  });
}

function accountOf(service: Service, number: number): Account {
  const name = nameOf(number);
  const display = { irc: handleOf(number), slack: name, discord: handleOf(number) }[service];
  const handle = service === 'slack' ? `U${String(number).padStart(3, '0')}` : handleOf(number);
  return { service, handle, display };
}

function nameOf(number: number): string {
  return `${FIRST[number % FIRST.length]} ${LAST[Math.floor(number / FIRST.length) % LAST.length]}`;
}

const handleOf = (number: number): string => nameOf(number).toLowerCase().replace(' ', '-');
