import type { OutgoingMessage } from '../../../adapters/message.ts';
import type { Happening } from '../../../sessions/report/timeline.ts';
import { atMinute } from '../words.ts';

export interface TimelineView {
  /** The session's name. */
  readonly session: string;
  /** What is shown of it, oldest first. */
  readonly shown: readonly Happening[];
  /** The picture of all of it, by the name that it is drawn by. */
  readonly picture: string;
  readonly link: string;
}

/** What happened in a session last, and the picture of all of it. */
export function timelineView({ session, shown, picture, link }: TimelineView): OutgoingMessage {
  const last = shown.at(-1);
  if (!last) return { text: `Nothing has happened in ${session} yet. ${link}`, link };
  return {
    text: `${session}, the last thing at ${atMinute(new Date(last.at))} in ${last.lane}: ${last.text}. All of it: ${link}`,
    blocks: [
      {
        type: 'table',
        columns: ['UTC', '', 'what'],
        rows: shown.map(({ at, lane, text }) => [at.slice(11, 16), lane, text]),
      },
      { type: 'picture', picture, alt: `What happened in ${session}, by environment` },
    ],
    link,
  };
}
