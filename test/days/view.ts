import type { RoundDatabase } from '../faults/postgres.ts';

export interface EnvironmentView {
  readonly name: string;
  readonly state: string;
  readonly holder: number | null;
  readonly handoff: number | null;
  readonly queue: readonly number[];
  readonly isBusy: boolean;
}

/** How the day stands, as whoever plans the next thing that somebody does knows it. Persons are the bot's. */
export interface View {
  readonly environments: readonly EnvironmentView[];
  readonly approvals: readonly {
    readonly id: number;
    readonly asker: number;
    readonly environment: string;
    readonly command: string;
  }[];
  readonly roles: Readonly<Record<string, string>>;
  /** Whose each account is. */
  readonly accounts: Readonly<Record<string, number>>;
  readonly topics: number;
  readonly todos: number;
  readonly pins: number;
  readonly votes: readonly number[];
}

const VIEW = `
select json_build_object(
  'environments', coalesce((select json_agg(json_build_object(
      'name', e.name, 'state', e.state, 'holder', l.person_id, 'handoff', h.to_person_id,
      'queue', coalesce((select json_agg(q.person_id order by q.id) from lease_queue q where q.environment_id = e.id), '[]'),
      'isBusy', exists (select from runs r where r.environment_id = e.id and r.ended_at is null)) order by e.name)
    from environments e left join leases l on l.environment_id = e.id left join handoffs h on h.environment_id = e.id
    where e.destroyed_at is null), '[]'),
  'approvals', coalesce((select json_agg(json_build_object(
      'id', a.id, 'asker', a.person_id, 'environment', e.name, 'command', a.command) order by a.id)
    from approvals a join environments e on e.id = a.environment_id where a.state = 'open'), '[]'),
  'roles', coalesce((select json_object_agg(person_id, role) from participants where role is not null), '{}'),
  'accounts', coalesce((select json_object_agg(identity, person_id) from identities), '{}'),
  'topics', (select count(*)::int from topics),
  'todos', (select count(*)::int from todos),
  'pins', (select count(*)::int from pins),
  'votes', coalesce((select json_agg(number) from votes where closed_at is null), '[]')) as view`;

export async function readView(database: RoundDatabase): Promise<View> {
  const [row] = await database.query<{ view: View }>(VIEW);
  if (!row) throw new Error('there is no view of the day');
  return row.view;
}
