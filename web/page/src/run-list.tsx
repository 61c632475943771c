import type { RunSummary } from './api.ts';
import { environmentPath, runPath } from './route.ts';
import { State } from './state.tsx';
import { Ago, Took } from './time.tsx';

export function RunList({
  runs,
  withEnvironment = false,
}: {
  runs: readonly RunSummary[];
  withEnvironment?: boolean;
}) {
  return (
    <ol class="runs">
      {runs.map((run) => (
        <li key={run.id}>
          <State state={run.state} />
          <a class="what" href={runPath(run.id)}>
            run {run.id}
            <code>{run.command}</code>
          </a>
          <span class="faint">
            {withEnvironment ? (
              <>
                <a href={environmentPath(run.environment)}>{run.environment}</a> ·{' '}
              </>
            ) : null}
            {run.requester} · <Ago at={run.createdAt} />
            {run.startedAt ? (
              <>
                {' '}
                · <Took from={run.startedAt} to={run.endedAt} />
              </>
            ) : null}
          </span>
          {run.summary ? <span class="summary">{run.summary}</span> : null}
        </li>
      ))}
    </ol>
  );
}
