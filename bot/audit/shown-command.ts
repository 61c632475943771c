import { maskText } from '../../engine/mask.ts';
import type { Command } from '../command/command.ts';
import { quote } from '../command/words.ts';

const LONGEST = 2_000;
/** Parameters whose values are not written down, whatever their blueprint says of them. */
const SECRET_KEY = /pass|secret|token|key|cred/i;

/** A command as people may see it. Values of parameters that may be secret, codes and all known secrets are masked. Pure. */
export function shownCommand(command: Command, text: string, secrets: readonly string[]): string {
  const verb = command.verb as string;
  if (verb === 'link') return text.trim().split(/\s+/).length > 1 ? 'link ****' : 'link';
  const line = command.verb === 'provision' ? provisionLine(command) : text.trim();
  const shown = maskText(line, secrets);
  return shown.length > LONGEST ? `${shown.slice(0, LONGEST)}…` : shown;
}

/** Written anew: a secret can be quoted in more ways than can be looked for. */
function provisionLine(command: Extract<Command, { verb: 'provision' }>): string {
  const { environment, blueprint, pool, settings, plan } = command;
  return [
    'provision',
    environment,
    ...(blueprint === null ? [] : ['from', blueprint]),
    ...(pool === null ? [] : [`pool=${pool}`]),
    ...Object.entries(settings).map(
      ([key, value]) => `${key}=${SECRET_KEY.test(key) ? '****' : quote(value)}`,
    ),
    ...(plan ? ['plan'] : []),
  ].join(' ');
}
