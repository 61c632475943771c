import { Component } from 'preact';
import type { Line } from '../api.ts';
import { runPath } from '../route.ts';
import { absolute, clock } from '../time.tsx';
import type { Block } from './log.ts';
import { query } from './use-run.ts';

interface Props {
  readonly run: number;
  readonly block: Block;
}

/** A block of lines, drawn again only when it has changed: a component as class, since that is how Preact skips one. */
export class LogBlock extends Component<Props> {
  override shouldComponentUpdate(next: Props): boolean {
    return next.block !== this.props.block;
  }

  override render() {
    const { run, block } = this.props;
    const { lines } = block;
    return (
      <div class="block">
        {lines.map((line, at) => (
          <LogLine key={line.id} run={run} line={line} before={lines[at - 1]} />
        ))}
      </div>
    );
  }
}

function LogLine({ run, line, before }: { run: number; line: Line; before: Line | undefined }) {
  const same = before !== undefined && before.node === line.node && before.step === line.step;
  return (
    <div class={same ? 'line same' : 'line'}>
      <span class="when" title={absolute(line.at)}>
        {clock(line.at)}
      </span>
      <span class="who">
        {line.node ? <b>{line.node}</b> : null} {line.step}
      </span>
      <span class="text">{line.text}</span>
      {line.cut ? (
        <a class="whole" href={`${runPath(run)}/log?${query(line)}`}>
          the whole line is in the text log
        </a>
      ) : null}
    </div>
  );
}
