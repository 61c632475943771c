import { useEffect, useState } from 'preact/hooks';
import { get, isPassing, type Outcome } from './api.ts';

const RETRY_MS = 2_000;

/** What the chat was told when the run ended, with all of its rows: evidence, differences, facts, answers. */
export function OutcomeDetails({ run }: { run: number }) {
  const outcome = useOutcome(run);
  if (!outcome || outcome.blocks.length === 0) return null;
  return (
    <section class="reply">
      <h2>Outcome</h2>
      {outcome.blocks.map((block, at) => (
        <Block key={at} block={block} />
      ))}
    </section>
  );
}

function Block({ block }: { block: Outcome['blocks'][number] }) {
  if (block.type === 'text') return <p>{block.text}</p>;
  if (block.type === 'code') return <pre>{block.text}</pre>;
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            {block.columns.map((column, at) => (
              <th key={at} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {block.rows.map((row, at) => (
            <tr key={at}>
              {row.map((cell, column) => (
                <td key={column}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function useOutcome(run: number): Outcome | null {
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  useEffect(() => {
    const gone = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    async function load(): Promise<void> {
      try {
        const answer = await get<{ outcome: Outcome | null }>(`/api/runs/${run}/outcome`, gone.signal);
        if (!gone.signal.aborted) setOutcome(answer.outcome);
      } catch (error) {
        if (!gone.signal.aborted && isPassing(error)) timer = setTimeout(load, RETRY_MS);
      }
    }
    void load();
    return () => {
      gone.abort();
      clearTimeout(timer);
    };
  }, [run]);
  return outcome;
}
