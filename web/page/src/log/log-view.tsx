import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Run } from '../api.ts';
import { runPath } from '../route.ts';
import type { Filter } from './filter.ts';
import type { Log } from './log.ts';
import { LogBlock } from './log-block.tsx';
import { query } from './use-run.ts';

interface Props {
  readonly run: Run;
  readonly log: Log;
  readonly filter: Filter;
  readonly onFilter: (filter: Filter) => void;
}

/** Pixels from the end within which the view counts as being at the end. */
const NEAR_END = 40;

/** The output; it stays at the end until somebody scrolls up to read. */
export function LogView({ run, log, filter, onFilter }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const lastTop = useRef(0);
  const [following, setFollowing] = useState(true);
  const nodes = [...new Set(run.tasks.flatMap((task) => task.node ?? []))];
  const steps = [...new Map(run.tasks.map((task) => [task.step, task.title]))];
  const text = `${runPath(run.id)}/log${filter.node === null && filter.step === null ? '' : `?${query(filter)}`}`;

  function toEnd(): void {
    box.current?.scrollTo({ top: box.current.scrollHeight });
  }

  // At each new line, and when blocks that come into sight get their real height.
  useLayoutEffect(() => {
    if (!following || !content.current) return;
    const observer = new ResizeObserver(toEnd);
    observer.observe(content.current);
    return () => observer.disconnect();
  }, [following]);

  function scrolled(): void {
    const { scrollHeight, scrollTop, clientHeight } = box.current as HTMLDivElement;
    const wentUp = scrollTop < lastTop.current;
    lastTop.current = scrollTop;
    if (scrollHeight - scrollTop - clientHeight < NEAR_END) setFollowing(true);
    else if (wentUp) setFollowing(false);
  }

  return (
    <section class="output">
      <h2 id="output">Output</h2>
      <div class="tools">
        <Choice
          label="Node"
          all="all nodes"
          value={filter.node}
          onChange={(node) => onFilter({ ...filter, node })}
        >
          {nodes.map((node) => [node, node])}
        </Choice>
        <Choice
          label="Step"
          all="all steps"
          value={filter.step}
          onChange={(step) => onFilter({ ...filter, step })}
        >
          {steps}
        </Choice>
        <a href={text}>as text</a>
      </div>
      <div class="frame">
        <div
          class={`log${nodes.length > 1 ? ' many' : ''}${following ? ' following' : ''}`}
          ref={box}
          role="log"
          aria-live="off"
          aria-labelledby="output"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
          tabIndex={0}
          onScroll={scrolled}
        >
          <div ref={content}>
            {log.cut ? (
              <p class="faint">
                Older lines are in the <a href={text}>text log</a>.
              </p>
            ) : null}
            {log.blocks.map((block) => (
              <LogBlock key={block.key} run={run.id} block={block} />
            ))}
            {log.count === 0 ? <p class="faint">{run.endedAt ? 'No output.' : 'No output yet.'}</p> : null}
          </div>
        </div>
        {following ? null : (
          <button
            type="button"
            class="to-end"
            onClick={() => {
              setFollowing(true);
              box.current?.focus();
            }}
          >
            To the end ↓
          </button>
        )}
      </div>
    </section>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly all: string;
  readonly value: string | null;
  readonly onChange: (value: string | null) => void;
  readonly children: readonly (readonly [string, string])[];
}

function Choice({ label, all, value, onChange, children }: ChoiceProps) {
  return (
    <label>
      {label}{' '}
      <select value={value ?? ''} onChange={(event) => onChange(event.currentTarget.value || null)}>
        <option value="">{all}</option>
        {children.map(([key, title]) => (
          <option key={key} value={key}>
            {title}
          </option>
        ))}
      </select>
    </label>
  );
}
