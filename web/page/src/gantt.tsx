import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { gantt } from '../../../pictures/gantt.ts';
import type { Run } from './api.ts';

const DRAW_MS = 1_000;

/** When each step ran on each node, drawn anew every second while the run goes on. */
export function Gantt({ run }: { run: Run }) {
  const svg = useDrawn(run);
  return (
    <section>
      <h2>
        Times{' '}
        <span class="faint">
          as a picture: <a href={`/runs/${run.id}/gantt.png`}>PNG</a>,{' '}
          <a href={`/runs/${run.id}/gantt.svg`}>SVG</a>, <a href={`/runs/${run.id}/board.png`}>the board</a>
        </span>
      </h2>
      {/* Made by us: everything in it that is not ours is escaped. */}
      <div class="drawing" dangerouslySetInnerHTML={{ __html: svg }} />
    </section>
  );
}

/** A run of hundreds of nodes changes many times a second; one drawing a second is enough. */
function useDrawn(run: Run): string {
  const newest = useRef(run);
  newest.current = run;
  const [turn, setTurn] = useState(0);
  const goesOn = run.endedAt === null;
  useEffect(() => {
    if (!goesOn) return;
    const timer = setInterval(() => setTurn((before) => before + 1), DRAW_MS);
    return () => clearInterval(timer);
  }, [goesOn]);
  return useMemo(() => gantt(newest.current, Date.now()).svg, [turn, goesOn, run.id, run.state]);
}
