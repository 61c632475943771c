import { useEffect } from 'preact/hooks';
import { type Environment, get } from '../api.ts';
import { useFresh } from '../fresh.ts';
import { Heading } from '../heading.tsx';
import type { Connection } from '../live.ts';
import { runPath } from '../route.ts';
import { RunList } from '../run-list.tsx';
import { State, showInTab, toneOf } from '../state.tsx';
import { Ago, Until } from '../time.tsx';
import { Wrong } from '../wrong.tsx';

interface Props {
  readonly name: string;
  readonly onConnection: (connection: Connection) => void;
}

export function EnvironmentPage({ name, onConnection }: Props) {
  const { answer, refused } = useFresh(
    (signal) => get<Environment>(`/api/environments/${encodeURIComponent(name)}`, signal),
    (event) => event.environment === name,
    onConnection,
  );
  useEffect(() => {
    if (answer) showInTab(toneOf(answer.state), `${answer.name} ${answer.state}`);
  }, [answer]);
  if (refused) return <Wrong problem={refused} />;
  if (!answer) return <p class="faint">Loading…</p>;
  return (
    <>
      <div class="head">
        <Heading>{answer.name}</Heading>
        <State state={answer.state} large />
      </div>
      <p class="faint">
        {answer.blueprint} on {answer.pool} · made <Ago at={answer.createdAt} />
        {answer.createdBy ? ` by ${answer.createdBy}` : ''}
      </p>
      {answer.lease ? (
        <p>
          Claimed by <b>{answer.lease.person}</b> for another <Until at={answer.lease.until} />
          {answer.lease.reason ? `: ${answer.lease.reason}` : ''}
        </p>
      ) : null}
      <NodeTable nodes={answer.nodes} />
      <Params params={answer.params} />
      <section>
        <h2>Runs</h2>
        {answer.runs.length > 0 ? <RunList runs={answer.runs} /> : <p class="faint">No runs yet.</p>}
      </section>
      <section>
        <h2>Snapshots</h2>
        {answer.snapshots.length > 0 ? (
          <ul class="plain">
            {answer.snapshots.map((snapshot) => (
              <li key={snapshot.name}>
                <b>{snapshot.name}</b> <Ago at={snapshot.createdAt} />,{' '}
                <a href={runPath(snapshot.run)}>run {snapshot.run}</a>
              </li>
            ))}
          </ul>
        ) : (
          <p class="faint">None yet; the first is taken when a provision succeeds.</p>
        )}
      </section>
      <Commands {...answer} />
    </>
  );
}

function NodeTable({ nodes }: { nodes: Environment['nodes'] }) {
  if (nodes.length === 0) return null;
  return (
    <section>
      <h2>Nodes</h2>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Role</th>
              <th scope="col">Address</th>
              <th scope="col">State</th>
            </tr>
          </thead>
          <tbody>
            {nodes.map((node) => (
              <tr key={node.name}>
                <th scope="row">{node.name}</th>
                <td>{node.role}</td>
                <td>{node.address ?? '–'}</td>
                <td>
                  <State state={node.state} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Params({ params }: { params: Environment['params'] }) {
  const entries = Object.entries(params);
  if (entries.length === 0) return null;
  return (
    <section>
      <h2>Parameters</h2>
      <ul class="nodes">
        {entries.map(([key, value]) => (
          <li key={key}>
            <code>
              {key}={value}
            </code>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Commands({ name, destroyedAt, blueprint, mayBeRepaired }: Environment) {
  const commands = destroyedAt
    ? [`provision ${name} from ${blueprint}`]
    : [
        ...(mayBeRepaired ? [`repair ${name}`] : []),
        ...[`status ${name}`, `verify ${name}`, `inspect ${name}`, `diff ${name} baseline`, `reset ${name}`],
      ];
  return (
    <section>
      <h2>Type in the chat</h2>
      <ul class="nodes">
        {commands.map((command) => (
          <li key={command}>
            <code class="type">{command}</code>
          </li>
        ))}
      </ul>
    </section>
  );
}
