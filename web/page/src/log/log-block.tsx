import { Component } from 'preact';
import type { Line } from '../api.ts';
import { absolute, clock } from '../time.tsx';
import type { Block } from './log.ts';

/** A block of lines, drawn again only when it has changed: a component as class, since that is how Preact skips one. */
export class LogBlock extends Component<{ block: Block }> {
  override shouldComponentUpdate(next: { block: Block }): boolean {
    return next.block !== this.props.block;
  }

  override render() {
    const { lines } = this.props.block;
    return (
      <div class="block">
        {lines.map((line, at) => (
          <LogLine key={line.id} line={line} before={lines[at - 1]} />
        ))}
      </div>
    );
  }
}

function LogLine({ line, before }: { line: Line; before: Line | undefined }) {
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
    </div>
  );
}
