/** The name of the adapter that a channel belongs to: `irc:lab/#room` → `irc:lab`, `console:local` → `console`. */
export function adapterOf(channel: string): string {
  const slash = channel.indexOf('/');
  return slash >= 0 ? channel.slice(0, slash) : channel.slice(0, Math.max(0, channel.indexOf(':')));
}
