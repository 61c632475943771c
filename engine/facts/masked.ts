import { secretPatterns } from '../mask/patterns.ts';
import { createMasker, MASK } from '../mask.ts';
import { BEGIN, END } from './gather.ts';

/** What a line begins with that is ours: a topic, or the hash of a file. */
const OURS = /^(?:[a-z][a-z0-9-]*\t|\\?[0-9a-f]{64} [ *])/;

/**
 * What the gather script printed, without what is secret. A secret may be a word of ours (`secret`, `deployday`), or stand in a hash by
 * chance: that tells nobody anything, and facts would be lost with it.
 */
export function maskFacts(output: string, secrets: readonly string[]): string {
  const patterns = secretPatterns(secrets);
  const mask = (text: string) => {
    const masker = createMasker(patterns);
    return Buffer.concat([masker.push(Buffer.from(text)), masker.flush()]).toString();
  };
  const masked = mask(output).split('\n');
  return output
    .split('\n')
    .map((line, at) => withOurs(line, masked[at] ?? '', mask))
    .join('\n');
}

function withOurs(line: string, masked: string, mask: (text: string) => string): string {
  // Of a line that is masked as a whole (it stands in a private key), nothing is ours.
  if (masked === line || masked === MASK) return masked;
  if (line === BEGIN || line === END) return line;
  const [ours = ''] = OURS.exec(line) ?? [];
  const told = masked.startsWith(ours) ? masked : ours + mask(line.slice(ours.length));
  return line.includes('(secret ') ? told.replaceAll(`(${MASK} `, '(secret ') : told;
}
