/** Services whose single connection carries all of their places: Discord's guilds. */
const ONE_CONNECTION = ['discord'];

/** The place is a private one that is called after whoever is there now, and can be somebody else's later: `irc:lab/@alice`. */
export function canChangeHands(channel: string): boolean {
  return /^irc:[^/]+\/@/.test(channel);
}

/**
 * The name of the adapter that a channel belongs to: `irc:lab/#room` → `irc:lab`, `slack:T1/C1` → `slack:T1`,
 * `discord:GUILD/CHANNEL` → `discord`, `console:local` → `console`, `console:HOST-PID/local` → `console:HOST-PID`.
 */
export function adapterOf(channel: string): string {
  const service = channel.slice(0, Math.max(0, channel.indexOf(':')));
  const slash = channel.indexOf('/');
  return ONE_CONNECTION.includes(service) || slash < 0 ? service : channel.slice(0, slash);
}
