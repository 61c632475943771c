import { useEffect } from 'preact/hooks';
import {
  type BlueprintView,
  type EnvironmentSummary,
  get,
  type PoolView,
  type RunSummary,
  type SessionSummary,
} from '../api.ts';
import { useFresh } from '../fresh.ts';
import { Heading } from '../heading.tsx';
import type { Connection } from '../live.ts';
import { Nodes } from '../nodes.tsx';
import { environmentPath, runPath, sessionPath } from '../route.ts';
import { RunList } from '../run-list.tsx';
import { Sign, State, showInTab, toneOf } from '../state.tsx';
import { Ago } from '../time.tsx';
import { Wrong } from '../wrong.tsx';

async function load(signal: AbortSignal) {
  const [{ sessions }, { environments }, { runs }, { pools }, { blueprints }] = await Promise.all([
    get<{ sessions: SessionSummary[] }>('/api/sessions', signal),
    get<{ environments: EnvironmentSummary[] }>('/api/environments', signal),
    get<{ runs: RunSummary[] }>('/api/runs?limit=12', signal),
    get<{ pools: PoolView[] }>('/api/pools', signal),
    get<{ blueprints: BlueprintView[] }>('/api/blueprints', signal),
  ]);
  return { sessions, environments, runs, pools, blueprints };
}

export function HomePage({ onConnection }: { onConnection: (connection: Connection) => void }) {
  const { answer, refused } = useFresh(load, () => true, onConnection);
  useEffect(() => {
    if (answer) showInTab(...overall(answer.environments));
  }, [answer]);
  if (refused) return <Wrong problem={refused} />;
  if (!answer) return <p class="faint">Loading…</p>;
  const { sessions, environments, runs, pools, blueprints } = answer;
  return (
    <>
      <Heading>Environments</Heading>
      {environments.length === 0 ? <Nothing blueprints={blueprints} /> : null}
      <ul class="cards">
        {environments.map((environment) => (
          <li key={environment.name}>
            <Card environment={environment} />
          </li>
        ))}
      </ul>
      {sessions.length > 0 ? <Sessions sessions={sessions} /> : null}
      {runs.length > 0 ? (
        <section>
          <h2>Last runs</h2>
          <RunList runs={runs} withEnvironment />
        </section>
      ) : null}
      {pools.length > 0 ? (
        <section>
          <h2>Pools</h2>
          <ul class="plain">
            {pools.map((pool) => (
              <li key={pool.name}>
                <b>{pool.name}</b> {pool.taken} of {pool.capacity} machines taken
                <span class="faint"> · {pool.summary}</span>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
    </>
  );
}

/** Ended ones beyond so many are left to the API. */
const SESSIONS_SHOWN = 8;

function Sessions({ sessions }: { sessions: readonly SessionSummary[] }) {
  return (
    <section>
      <h2>Sessions</h2>
      <ul class="plain">
        {sessions.slice(0, SESSIONS_SHOWN).map(({ id, name, link, people, startedAt, endedAt }) => (
          <li key={id}>
            <a href={sessionPath(link)}>
              <b>{name}</b>
            </a>{' '}
            <span class="faint">
              {people} {people === 1 ? 'person' : 'people'} ·{' '}
              {endedAt === null ? (
                <>
                  goes on, started <Ago at={startedAt} />
                </>
              ) : (
                <>
                  ended <Ago at={endedAt} />
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The worst and the busiest of all environments, for the tab. */
function overall(environments: readonly EnvironmentSummary[]): [ReturnType<typeof toneOf>, string] {
  for (const tone of ['work', 'bad', 'warn'] as const) {
    const these = environments.filter((environment) => toneOf(environment.state) === tone);
    const first = these[0];
    if (first)
      return [tone, these.length === 1 ? `${first.name} ${first.state}` : `${these.length} ${first.state}`];
  }
  const ready = environments.filter((environment) => environment.state === 'ready').length;
  return ready > 0 ? ['good', `${ready} ready`] : ['idle', 'environments'];
}

function Card({ environment }: { environment: EnvironmentSummary }) {
  const { lastRun } = environment;
  return (
    <article class={`card ${toneOf(environment.state)}`}>
      <header>
        <h2>
          <a href={environmentPath(environment.name)}>{environment.name}</a>
        </h2>
        <State state={environment.state} />
      </header>
      <p class="faint">
        {environment.blueprint} on {environment.pool}
      </p>
      <Nodes nodes={environment.nodes} />
      {lastRun ? (
        <p class="last">
          <Sign state={lastRun.state} />
          <a href={runPath(lastRun.id)}>
            run {lastRun.id} {lastRun.kind} {lastRun.state}
          </a>{' '}
          <Ago at={lastRun.endedAt ?? lastRun.createdAt} />
          {lastRun.summary ? <span class="summary">{lastRun.summary}</span> : null}
        </p>
      ) : null}
    </article>
  );
}

function Nothing({ blueprints }: { blueprints: readonly BlueprintView[] }) {
  const first = blueprints.find((blueprint) => blueprint.name === 'hello') ?? blueprints[0];
  return (
    <div class="nothing">
      <p>There are no environments yet. Type this in the chat:</p>
      <p>
        <code class="type">provision demo from {first?.name ?? 'hello'}</code>
      </p>
      {blueprints.length > 0 ? (
        <>
          <p>What can be provisioned:</p>
          <ul class="plain">
            {blueprints.map((blueprint) => (
              <li key={blueprint.name}>
                <b>{blueprint.name}</b> <span class="faint">{blueprint.summary}</span>
              </li>
            ))}
          </ul>
        </>
      ) : null}
    </div>
  );
}
