import { type APIActionRowComponent, type APIButtonComponent, ButtonStyle, ComponentType } from 'discord.js';
import type { Button } from '../../message.ts';
import { plainLine } from '../../render/plain.ts';
import { BoundedMap } from '../bounded.ts';
import { cut } from './cut.ts';

/** What pressing a button is to do: say its command, or first ask whether that is meant; `sure` is the answer to that. */
export interface Press {
  readonly how: 'say' | 'ask' | 'sure';
  readonly command: string;
}

type Row = APIActionRowComponent<APIButtonComponent>;

const STYLES = {
  primary: ButtonStyle.Primary,
  plain: ButtonStyle.Secondary,
  danger: ButtonStyle.Danger,
} as const;
const PER_ROW = 5;
const MOST = 25;
const LONGEST_LABEL = 80;
const LONGEST_ID = 100;
/** Commands that are too long for a button's id are kept here as long as the process runs. */
const MOST_KEPT = 2_000;

/** Makes buttons, and knows again what they stand for. The id carries the command itself where it fits, and so outlives us. */
export function createButtons() {
  const kept = new BoundedMap<Press>(MOST_KEPT);
  let count = 0;

  function idOf(press: Press): string {
    const id = `${press.how}:${press.command}`;
    if (id.length <= LONGEST_ID) return id;
    const key = `kept:${Date.now().toString(36)}-${count++}`;
    kept.set(key, press);
    return key;
  }

  function component(label: string, style: Button['style'], press: Press): APIButtonComponent {
    return {
      type: ComponentType.Button,
      style: STYLES[style],
      label: clipped(plainLine(label)),
      custom_id: idOf(press),
    };
  }

  return {
    rows(buttons: readonly Button[]): Row[] {
      const unique = [...new Map(buttons.map((button) => [button.command, button])).values()].slice(0, MOST);
      const components = unique.map(({ label, command, style }) =>
        component(label, style, { how: style === 'danger' ? 'ask' : 'say', command }),
      );
      const starts = components.flatMap((_, at) => (at % PER_ROW === 0 ? [at] : []));
      return starts.map((at) => ({
        type: ComponentType.ActionRow,
        components: components.slice(at, at + PER_ROW),
      }));
    },
    /** The one button under the question whether a command is meant. */
    confirmation(command: string): Row[] {
      const button = component(`Yes: ${command}`, 'danger', { how: 'sure', command });
      return [{ type: ComponentType.ActionRow, components: [button] }];
    },
    isOurs: (id: string): boolean => /^(say|ask|sure|kept):/.test(id),
    /** Null: the button is older than this process, and its command was too long to be in it. */
    pressed(id: string): Press | null {
      const [, how, command] = /^(say|ask|sure):([\s\S]*)$/.exec(id) ?? [];
      if (how === undefined || command === undefined) return kept.get(id) ?? null;
      return { how: how as Press['how'], command };
    },
  };
}

function clipped(label: string): string {
  const { head, all } = cut(label, LONGEST_LABEL - 1, String);
  return all && label !== '' ? label : `${head}…`;
}
