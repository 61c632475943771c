import { useEffect, useState } from 'preact/hooks';
import type { Run } from '../api.ts';
import { Board } from '../board.tsx';
import { DifferenceTable } from '../differences.tsx';
import { Gantt } from '../gantt.tsx';
import { Heading } from '../heading.tsx';
import type { Connection } from '../live.ts';
import type { Filter } from '../log/filter.ts';
import { LogView } from '../log/log-view.tsx';
import { useRun } from '../log/use-run.ts';
import { OutcomeDetails } from '../outcome.tsx';
import { environmentPath } from '../route.ts';
import { State, showInTab, toneOf } from '../state.tsx';
import { Ago, Took } from '../time.tsx';
import { Wrong } from '../wrong.tsx';

interface Props {
  readonly id: number;
  readonly onConnection: (connection: Connection) => void;
}

export function RunPage({ id, onConnection }: Props) {
  const [filter, setFilter] = useState<Filter>({ node: null, step: null });
  const { run, log, refused } = useRun(id, filter, onConnection);
  useEffect(() => {
    if (run) showInTab(toneOf(run.state), `${run.environment} ${run.kind} ${run.state}${progress(run)}`);
  }, [run]);
  if (refused) return <Wrong problem={refused} />;
  if (!run) return <p class="faint">Loading…</p>;
  return (
    <>
      <div class="head">
        <Heading>
          <a href={environmentPath(run.environment)}>{run.environment}</a> {run.kind}
        </Heading>
        <State state={run.state} large />
      </div>
      <p class="faint">
        run {run.id} · <code>{run.command}</code> · {run.requester}, <Ago at={run.createdAt} />
        {run.startedAt ? (
          <>
            {' '}
            · <Took from={run.startedAt} to={run.endedAt} />
          </>
        ) : null}
        {run.cancelledBy ? ` · cancelled by ${run.cancelledBy}` : ''}
      </p>
      {run.summary ? <p class={`outcome ${toneOf(run.state)}`}>{run.summary}</p> : null}
      {run.endedAt === null ? null : <OutcomeDetails key={run.endedAt} run={run.id} />}
      {run.kind === 'diff' ? null : <DifferenceTable run={run} />}
      <Board run={run} filter={filter} onFilter={setFilter} />
      {run.tasks.length > 0 ? <Gantt run={run} /> : null}
      <LogView run={run} log={log} filter={filter} onFilter={setFilter} />
    </>
  );
}

function progress(run: Run): string {
  if (run.state !== 'running') return '';
  const over = run.tasks.filter((task) => task.endedAt !== null).length;
  return ` ${over}/${run.tasks.length}`;
}
