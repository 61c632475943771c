import { type APIMessage, Routes } from 'discord.js';
import type { Api } from './api.ts';

const PER_PAGE = 100;
const MOST_PAGES = 3;

export interface ReadBack {
  /** Oldest first. */
  readonly messages: readonly APIMessage[];
  /** There are no more of them; else they are the newest. */
  readonly isAll: boolean;
}

/** The messages of a channel after one. Of too many the newest are read: those can still be acted on. Rejects with discord.js's errors. */
export async function readBack(api: Api, channel: string, after: string): Promise<ReadBack> {
  const found: APIMessage[] = [];
  let before: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const query = { limit: String(PER_PAGE), ...(before === undefined ? {} : { before }) };
    const route = Routes.channelMessages(channel);
    const messages = (await api.request({ method: 'Get', route, query })) as APIMessage[];
    messages.sort((one, other) => (isNewer(one.id, other.id) ? -1 : 1));
    const newer = messages.filter(({ id }) => isNewer(id, after));
    found.push(...newer);
    if (newer.length < PER_PAGE) return { messages: found.reverse(), isAll: true };
    before = newer.at(-1)?.id;
  }
  return { messages: found.reverse(), isAll: false };
}

/** Ids are numbers that grow with time. */
export function isNewer(id: string, than: string): boolean {
  return BigInt(id) > BigInt(than);
}

const DISCORD_EPOCH = 1_420_070_400_000;

/** The smallest id that something can have that was made at this time or later. */
export function snowflakeAt(milliseconds: number): string {
  return String(BigInt(Math.max(0, milliseconds - DISCORD_EPOCH)) << 22n);
}
