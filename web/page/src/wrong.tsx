import { Refused } from './api.ts';
import { Heading } from './heading.tsx';

/** What the server says is wrong, and what to do. */
export function Wrong({ problem }: { problem: Error }) {
  return (
    <div class="nothing">
      <Heading>{problem.message}</Heading>
      {problem instanceof Refused ? <p>{problem.hint}</p> : null}
      <p>
        <a href="/">All environments</a>
      </p>
    </div>
  );
}
