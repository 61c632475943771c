import type { Run, Task } from './api.ts';
import type { Filter } from './log/filter.ts';
import { counts } from './nodes.tsx';
import { Sign, State, toneOf } from './state.tsx';
import { Took } from './time.tsx';

interface Props {
  readonly run: Run;
  readonly filter: Filter;
  readonly onFilter: (filter: Filter) => void;
}

/** Beyond so many nodes a step shows how many are in which state, and names only those with a problem. */
const NAMED = 8;
const CALM = new Set(['done', 'skipped', 'waiting']);
const PROBLEMS = new Set(['failed', 'broke', 'unknown']);

/** The run's steps in their order, each with its nodes; a choice filters the log. */
export function Board({ run, filter, onFilter }: Props) {
  if (run.tasks.length === 0) return <p class="faint">No tasks yet.</p>;
  const steps = new Map<string, Task[]>();
  for (const task of run.tasks) steps.set(task.step, [...(steps.get(task.step) ?? []), task]);
  const over = run.tasks.filter((task) => task.endedAt !== null || task.state === 'skipped').length;
  return (
    <section>
      <h2 id="steps">
        Steps{' '}
        <span class="faint">
          {over} of {run.tasks.length} tasks are over
        </span>
      </h2>
      {run.endedAt === null ? <progress aria-labelledby="steps" max={run.tasks.length} value={over} /> : null}
      <ol class="steps">
        {[...steps].map(([step, tasks]) => (
          <Step key={step} step={step} tasks={tasks} filter={filter} onFilter={onFilter} />
        ))}
      </ol>
    </section>
  );
}

function Step({ step, tasks, filter, onFilter }: Omit<Props, 'run'> & { step: string; tasks: Task[] }) {
  const named =
    tasks.length <= NAMED ? tasks : tasks.filter((task) => PROBLEMS.has(task.state)).slice(0, NAMED);
  const started = tasks.flatMap((task) => task.startedAt ?? []).sort()[0];
  const ended = tasks.every((task) => task.endedAt)
    ? (tasks
        .flatMap((task) => task.endedAt ?? [])
        .sort()
        .at(-1) ?? null)
    : null;
  const chosen = filter.step === step && filter.node === null;
  // On a phone, nodes that all have come equally far take one line.
  const first = tasks[0]?.state ?? '';
  const alike = tasks.length > 1 && tasks.length <= NAMED && tasks.every((task) => task.state === first);
  const settled = alike && CALM.has(first) ? first : null;
  return (
    <li>
      <button
        type="button"
        class="step"
        aria-pressed={chosen}
        title={chosen ? 'Show the output of all steps' : 'Show the output of this step'}
        onClick={() => onFilter({ node: null, step: chosen ? null : step })}
      >
        <span>{tasks[0]?.title ?? step}</span>
        {started ? <Took from={started} to={ended} /> : null}
      </button>
      <span class={settled ? 'tasks foldable' : 'tasks'}>
        {settled ? (
          <span class="folded">
            <State state={settled} /> on {tasks.length} nodes
          </span>
        ) : null}
        {tasks.length > NAMED
          ? counts(tasks).map(([state, count]) => (
              <span key={state} class="count">
                {count} <State state={state} />
              </span>
            ))
          : null}
        {named.map((task) => (
          <Chip key={task.id} task={task} filter={filter} onFilter={onFilter} />
        ))}
      </span>
      {named
        .filter((task) => task.detail)
        .map((task) => (
          <p key={task.id} class="detail">
            {tasks.length > 1 && task.node ? <b>{task.node}: </b> : null}
            {task.detail}
            {PROBLEMS.has(task.state) && task.exitCode !== null ? (
              <span class="faint"> (exit code {task.exitCode})</span>
            ) : null}
          </p>
        ))}
    </li>
  );
}

function Chip({ task, filter, onFilter }: Omit<Props, 'run'> & { task: Task }) {
  if (task.node === null) return <State state={task.state} />;
  const { node, step } = task;
  const chosen = filter.node === node && filter.step === step;
  return (
    <button
      type="button"
      class={PROBLEMS.has(task.state) ? `chip problem ${toneOf(task.state)}` : 'chip'}
      aria-pressed={chosen}
      title={`Show the output of ${step} on ${node}${task.attempt > 1 ? ` (attempt ${task.attempt})` : ''}`}
      onClick={() => onFilter(chosen ? { node: null, step: null } : { node, step })}
    >
      <Sign state={task.state} />
      {node} <span class="word">{task.state}</span>
    </button>
  );
}
