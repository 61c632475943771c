import { nodeName } from './blueprint.ts';
import type { Evidence, Provision } from './evidence.ts';
import type { Entry } from './journal.ts';
import type { PersonsRecord } from './person.ts';
import type { Strike } from './strikes.ts';

/** What belongs to one of a round's provisions, of all that is known of the round. */
export interface Scope {
  /** Which one it is, from 0. */
  readonly index: number;
  readonly provision: Provision;
  /** Of a machine's journal, from 1: each entry with its place in the whole journal. */
  entries(machine: number): readonly { readonly at: number; readonly entry: Entry }[];
  readonly unknown: PersonsRecord['unknown'];
  readonly outcomes: PersonsRecord['outcomes'];
  /** Faults after which a machine, from 1, may not know what became of what it ran. */
  wounds(machine: number): readonly Strike[];
  /** How often it was cancelled. One that is cancelled while nobody knows what became of a task ends as unknown. */
  readonly cancels: number;
}

export function scopesOf({ provisions, journals, record, strikes }: Evidence): Scope[] {
  return provisions.map((provision, index): Scope => {
    const { from, before, entriesBefore } = provision;
    const next = provisions[index + 1];
    const outcomes = record.outcomes.slice(before.outcomes, next?.before.outcomes);
    const until = next?.from ?? Number.POSITIVE_INFINITY;
    return {
      index,
      provision,
      outcomes,
      unknown: record.unknown.slice(before.unknown, next?.before.unknown),
      cancels: outcomes.filter((line) => / cancelled\b| unknown: provision\b/.test(line)).length,
      entries(machine) {
        const first = entriesBefore[machine - 1] ?? 0;
        const end = next?.entriesBefore[machine - 1];
        const entries = (journals[machine - 1] ?? []).slice(first, end);
        return entries.map((entry, i) => ({ at: first + i, entry }));
      },
      wounds: (machine) =>
        strikes.filter(
          (strike) =>
            strike.machine === machine &&
            WOUNDS.has(strike.kind) &&
            strike.until >= from &&
            strike.from < until,
        ),
    };
  });
}

/** `s1@node-1`, and which provision it was of if not of the first. */
export const nameIn = ({ index }: Scope, id: string, machine: number) =>
  `${id}@${nodeName(machine)}${index === 0 ? '' : ` of provision ${index + 1}`}`;

const WOUNDS: ReadonlySet<Strike['kind']> = new Set(['reboot', 'reset', 'disk'] as const);
