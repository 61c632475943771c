import { Refused } from './api.ts';

/** What the server says is wrong, and what to do. */
export function Wrong({ problem }: { problem: Error }) {
  return (
    <div class="nothing">
      <h1 tabIndex={-1}>{problem.message}</h1>
      {problem instanceof Refused ? <p>{problem.hint}</p> : null}
      <p>
        <a href="/">All environments</a>
      </p>
    </div>
  );
}
