/** What may be done with the things of a day: the commands whose words are people's own text. */

export type AgendaAct =
  | { readonly do: 'show' }
  | { readonly do: 'add'; readonly title: string; readonly where: TopicPlace }
  | { readonly do: 'move'; readonly number: number; readonly where: TopicPlace }
  | { readonly do: 'vote' | 'unvote' | 'done' | 'drop'; readonly number: number };

/** What is not said is missing. */
export interface TopicPlace {
  readonly at?: string;
  readonly place?: string;
  readonly who?: string;
}

export type NoteAct =
  | { readonly do: 'show' }
  | { readonly do: 'add'; readonly text: string; readonly decision: boolean };

export type TodoAct =
  | { readonly do: 'show' }
  /** `for`: the text ends with "for <somebody>", which may be its owner or just its end. */
  | { readonly do: 'add'; readonly text: string; readonly for: { name: string; text: string } | null }
  | { readonly do: 'done' | 'drop' | 'take'; readonly number: number }
  | { readonly do: 'give'; readonly number: number; readonly person: string };

export type VoteAct =
  | { readonly do: 'show'; readonly number: number | null }
  | {
      readonly do: 'ask';
      readonly question: string;
      readonly options: readonly string[];
      readonly openMs: number;
    }
  /** `choice`: a letter, or the text of an option. */
  | { readonly do: 'cast'; readonly number: number; readonly choice: string }
  | { readonly do: 'drop'; readonly number: number };

export type PinAct =
  | { readonly do: 'show' }
  | { readonly do: 'add'; readonly text: string }
  | { readonly do: 'drop'; readonly number: number };

export interface AuditAct {
  /** The environment that was named, which need not exist any more. */
  readonly about: string | null;
  /** A name or an account. */
  readonly person: string | null;
  readonly sinceMs: number | null;
  readonly tail: number | null;
}

export interface AnnounceAct {
  readonly text: string;
}

/** The commands that are read by a function of their own. */
export type DayCommand =
  | { readonly verb: 'agenda'; readonly act: AgendaAct }
  | { readonly verb: 'note'; readonly act: NoteAct }
  | { readonly verb: 'todo'; readonly act: TodoAct }
  | { readonly verb: 'vote'; readonly act: VoteAct }
  | { readonly verb: 'pin'; readonly act: PinAct }
  | { readonly verb: 'announce'; readonly act: AnnounceAct }
  | { readonly verb: 'audit'; readonly act: AuditAct };
