import { useEffect, useState } from 'preact/hooks';
import { type Differences, get, type Run } from './api.ts';

/** All that a comparison found. A schedule compares, too, in a run that verifies. */
export function DifferenceTable({ run }: { run: Run }) {
  const [found, setFound] = useState<Differences | null>(null);
  const compares = run.tasks.some((task) => task.step === '@compare');
  const ended = run.endedAt !== null;
  useEffect(() => {
    if (!compares || !ended) return;
    const gone = new AbortController();
    get<Differences>(`/api/runs/${run.id}/differences`, gone.signal).then(setFound, () => {});
    return () => gone.abort();
  }, [run.id, compares, ended]);
  if (!found) return null;
  if (found.differences.length === 0) {
    return <p>It does not differ from {found.other}.</p>;
  }
  return (
    <section>
      <h2>
        {found.differences.length} {found.differences.length === 1 ? 'difference' : 'differences'} from{' '}
        {found.other}
      </h2>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">Node</th>
              <th scope="col">What</th>
              <th scope="col">{found.other}</th>
              <th scope="col">Now</th>
            </tr>
          </thead>
          <tbody>
            {found.differences.map(({ node, topic, key, left, right }) => (
              <tr key={`${node} ${topic} ${key}`}>
                <th scope="row">{node}</th>
                <td>
                  {topic === 'settings' ? '' : `${topic}: `}
                  <code>{key}</code>
                </td>
                <td>{shown(left)}</td>
                <td>{shown(right)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="faint">
        <a href={`/api/runs/${run.id}/differences`}>as JSON</a>
      </p>
    </section>
  );
}

function shown(value: string | null) {
  if (value === null) return '—';
  const [, hash, addresses, settings = ''] =
    /^([0-9a-f]{64})(?: ~[0-9a-f]{64})?( with addresses)?(: .*)?$/.exec(value) ?? [];
  if (!hash) return <code>{value === '' ? '(empty)' : value}</code>;
  return `content ${hash.slice(0, 8)}${addresses ? ' with own addresses' : ''}${settings}`;
}
