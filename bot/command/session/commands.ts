import type { Lane, Verbosity } from '../../../db/schema/sessions.ts';
import type { Role } from '../../../sessions/roles.ts';

export type SessionAct =
  | { readonly do: 'show' }
  | { readonly do: 'start'; readonly name: string }
  | { readonly do: 'link'; readonly name: string; readonly lane: Lane }
  | { readonly do: 'board' }
  | { readonly do: 'unlink' }
  | { readonly do: 'end' };

/** What people do about sessions, each other and who has an environment. Times are in ms; what is not said is null. */
export type SessionCommand =
  | { readonly verb: 'session'; readonly act: SessionAct }
  | { readonly verb: 'join'; readonly organisation: string | null; readonly site: string | null }
  | { readonly verb: 'leave' }
  | { readonly verb: 'who' }
  | { readonly verb: 'link'; readonly code: string | null }
  /** Null: the account that it is typed with. */
  | { readonly verb: 'unlink'; readonly identity: string | null }
  | { readonly verb: 'grant'; readonly person: string; readonly role: Role }
  | { readonly verb: 'revoke'; readonly person: string }
  | { readonly verb: 'notify'; readonly verbosity: Verbosity | null }
  | {
      readonly verb: 'claim';
      readonly environment: string;
      readonly forMs: number | null;
      readonly reason: string | null;
      /** From whoever has it. */
      readonly takeover: boolean;
    }
  /** No environment: the one that the person holds. */
  | { readonly verb: 'extend'; readonly environment: string | null; readonly forMs: number | null }
  | { readonly verb: 'release'; readonly environment: string | null }
  | { readonly verb: 'handoff'; readonly environment: string; readonly person: string }
  | {
      readonly verb: 'queue';
      readonly environment: string;
      readonly leave: boolean;
      readonly forMs: number | null;
      readonly reason: string | null;
    }
  /** No id: what waits. */
  | { readonly verb: 'approve'; readonly id: number | null }
  | { readonly verb: 'reject'; readonly id: number | null };

/** The verbs whose words are read by a function of their own. */
export type ReadSessionVerb =
  | 'session'
  | 'join'
  | 'link'
  | 'grant'
  | 'revoke'
  | 'claim'
  | 'extend'
  | 'handoff'
  | 'queue'
  | 'unlink';
