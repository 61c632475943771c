import type { OutgoingMessage } from '../../adapters/message.ts';
import type { Ending } from '../../engine/follow-ending.ts';

/** What the end of a run waits for that somebody asked for. */
export function endingMessage(
  { environment, tasks, openTasks, open }: Ending,
  link: string,
): OutgoingMessage {
  const named = open.map(({ step, node, why }) => `${node === null ? step : `${step}@${node}`} (${why})`);
  const more = openTasks > open.length ? ` and ${openTasks - open.length} more` : '';
  return {
    text: `${environment}: ${tasks - openTasks} of ${tasks} have ended; still open: ${named.join(', ')}${more}. ${link}`,
    link,
  };
}
