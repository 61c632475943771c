import type { Socket } from 'node:net';
import { faultIn, type Line, readLine, type Tags, writeLine } from './protocol.ts';

export const SERVER = 'modern.test';

interface Outgoing {
  readonly source: string;
  readonly command: string;
  readonly params: readonly string[];
  readonly tags: Tags;
}

/** A batch that a client has opened. */
export interface OpenBatch {
  readonly reference: string;
  readonly target: string;
  readonly tags: ReadonlyMap<string, string>;
  readonly lines: { text: string; concat: boolean }[];
}

/** One client of the server. What it does against the rules is noted in `faults`. */
export class Session {
  nick = '*';
  user = '';
  host = 'client.test';
  account: string | undefined;
  registered = false;
  negotiating = false;
  isBot = false;
  mechanism = '';
  batch: OpenBatch | undefined;
  readonly caps = new Set<string>();
  readonly monitored = new Set<string>();
  /** Every line that the client sent, and when; milliseconds. */
  readonly received: string[] = [];
  readonly receivedAt: number[] = [];
  private held = false;
  private answer: Outgoing[] | undefined;
  private rest = '';
  private batches = 0;
  private readonly socket: Socket;
  private readonly faults: string[];

  constructor(socket: Socket, faults: string[], act: (line: Line) => void) {
    this.socket = socket;
    this.faults = faults;
    socket.setEncoding('latin1'); // byte by byte; each line is decoded by itself
    socket.on('error', () => {});
    socket.on('data', (data) => {
      const lines = (this.rest + String(data)).split('\r\n');
      this.rest = lines.pop() ?? '';
      for (const text of lines) if (!socket.destroyed) this.take(text, act);
    });
  }

  get mask(): string {
    return `${this.nick}!${this.user}@${this.host}`;
  }

  fault(what: string): void {
    this.faults.push(`${this.nick}: ${what}`);
  }

  private take(bytes: string, act: (line: Line) => void): void {
    const text = Buffer.from(bytes, 'latin1').toString();
    this.received.push(text);
    this.receivedAt.push(performance.now());
    const fault = faultIn(bytes);
    if (fault) this.fault(`${fault}: ${text.slice(0, 80)}`);
    const line = readLine(text);
    const label = line.tags.get('label');
    if (label !== undefined && !this.caps.has('labeled-response'))
      this.fault('a label without the capability');
    if (label !== undefined && Buffer.byteLength(label) > 64) this.fault('a label of more than 64 bytes');
    if (line.tags.size > 0 && !this.caps.has('message-tags')) this.fault('tags without the capability');
    this.answering(label, () => act(line));
  }

  /** What is sent to this client meanwhile is the answer to its labelled request: one message, one batch, or ACK. */
  answering(label: string | undefined, work: () => void): void {
    if (label === undefined || !this.caps.has('labeled-response')) {
      work();
      return;
    }
    const answer: Outgoing[] = [];
    this.answer = answer;
    work();
    this.answer = undefined;
    if (!this.held) this.flush(answer, label);
    this.held = false;
  }

  private flush(answer: Outgoing[], label: string): void {
    const [first, ...others] = answer;
    if (!first) {
      this.send('ACK', [], { tags: { label } });
      return;
    }
    const isOne = others.length === 0 || first.command === 'BATCH';
    if (isOne) {
      this.write({ ...first, tags: { ...first.tags, label } });
      for (const message of others) this.write(message);
      return;
    }
    const reference = this.reference();
    this.send('BATCH', [`+${reference}`, 'labeled-response'], { tags: { label } });
    for (const message of answer) this.write({ ...message, tags: { ...message.tags, batch: reference } });
    this.send('BATCH', [`-${reference}`]);
  }

  /** The request that is acted on now is answered later, with others that belong to it. */
  holdAnswer(): void {
    this.held = true;
  }

  reference(): string {
    return `s${++this.batches}`;
  }

  send(
    command: string,
    params: readonly string[],
    { source = SERVER, tags = {} }: { source?: string; tags?: Tags } = {},
  ): void {
    const message = { source, command, params, tags };
    if (this.answer) this.answer.push(message);
    else this.write(message);
  }

  numeric(code: string, ...params: string[]): void {
    this.send(code, [this.nick, ...params]);
  }

  private write({ source, command, params, tags }: Outgoing): void {
    this.raw(writeLine(source, command, params, this.allowed(tags)));
  }

  raw(line: string): void {
    if (!this.socket.destroyed) this.socket.write(`${line}\r\n`);
  }

  /** Only what this client has asked for. */
  private allowed(tags: Tags): Tags {
    const has = (cap: string): boolean => this.caps.has(cap);
    const time = tags.time ?? new Date().toISOString();
    return Object.fromEntries([
      ...(has('server-time') ? [['time', time]] : []),
      ...Object.entries(tags).filter(([name]) => {
        if (name === 'time') return false;
        if (name === 'account') return has('account-tag');
        if (name === 'batch') return has('batch');
        if (name === 'label') return has('labeled-response');
        return has('message-tags');
      }),
    ]);
  }

  /** Ends the connection, as servers do. */
  end(error?: string): void {
    if (error === undefined) this.socket.destroy();
    else this.socket.end(`${writeLine('', 'ERROR', [error])}\r\n`);
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  onClose(listener: () => void): void {
    this.socket.on('close', listener);
  }
}
