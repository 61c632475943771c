import { describe, expect, it } from 'vitest';
import type { Adapter, IncomingMessage } from '../../adapters/adapter.ts';
import { until } from '../support/until.ts';

/** One adapter connected to a real place, and what a person there can do and see. */
export interface AdapterUnderTest {
  readonly adapter: Adapter;
  /** The channel that the person is in. */
  readonly channel: string;
  /** Addresses the bot with this command. */
  say(text: string): void;
  /** Resolves when the person has seen a line that contains the text. */
  sees(text: string): Promise<void>;
  /** Everything that the person has seen so far, in order. */
  seen(): string[];
  /** Takes the place down. The adapter is stopped by then. */
  end(): Promise<void>;
}

/** What every adapter has to do alike. */
export function adapterContract(name: string, create: () => Promise<AdapterUnderTest>): void {
  describe(`the adapter contract on ${name}`, () => {
    const use =
      (test: (under: AdapterUnderTest, received: IncomingMessage[]) => Promise<void>) => async () => {
        const under = await create();
        const received: IncomingMessage[] = [];
        try {
          await under.adapter.start((message) => received.push(message));
          await test(under, received);
        } finally {
          await under.adapter.stop();
          await under.end();
        }
      };

    it(
      'starts once however often it is asked, and hands over each message once',
      use(async ({ adapter, channel, say, sees }, received) => {
        await adapter.start(() => received.push());
        say('status one');
        say('status two');
        await until(() => received.length >= 2, { what: 'both messages' });
        expect(received.map(({ text }) => text)).toEqual(['status one', 'status two']);
        for (const message of received) {
          expect(message).toMatchObject({ adapter: adapter.name, channel });
          expect(message.channel.startsWith(adapter.name)).toBe(true);
          expect(message.sender.display).not.toBe('');
        }
        expect(received[0]?.id).not.toBe(received[1]?.id);
        await adapter.send(channel, { text: 'understood' });
        await sees('understood');
      }),
    );

    it(
      'posts concurrent messages to one channel in the order they were given',
      use(async ({ adapter, channel, sees, seen }) => {
        const texts = Array.from({ length: 12 }, (_, at) => `message ${String(at).padStart(2, '0')}`);
        const refs = await Promise.all(texts.map((text) => adapter.send(channel, { text })));
        await sees('message 11');
        expect(seen().flatMap((line) => /message \d\d/.exec(line)?.[0] ?? [])).toEqual(texts);
        expect(new Set(refs.map(({ id }) => id)).size).toBe(texts.length);
        for (const ref of refs) {
          expect(ref.channel).toBe(channel);
          expect(JSON.parse(JSON.stringify(ref))).toEqual(ref);
        }
      }),
    );

    it(
      'shows the text, the cells of tables, the code and the link',
      use(async ({ adapter, channel, sees, seen }) => {
        await adapter.send(channel, {
          text: 'demo is ready',
          blocks: [
            { type: 'text', text: 'two nodes' },
            {
              type: 'table',
              columns: ['node', 'state'],
              rows: [
                ['n1', 'up'],
                ['n2', 'down'],
              ],
            },
            { type: 'code', text: 'uname -a\nLinux' },
          ],
          link: 'http://127.0.0.1:8080/runs/1',
        });
        await adapter.send(channel, { text: 'that is all' });
        await sees('that is all');
        const all = seen().join('\n');
        for (const part of ['demo is ready', 'two nodes', 'n1', 'down', 'uname -a', '/runs/1'])
          expect(all).toContain(part);
      }),
    );

    it(
      'lets no control character of a message through',
      use(async ({ adapter, channel, sees, seen }) => {
        await adapter.send(channel, {
          text: 'safe \x1b[2J\x1b]0;title\x07 \x9b1;1H \x01X\x01 \x7f\r overwritten',
        });
        await adapter.send(channel, { text: 'that is all' });
        await sees('that is all');
        const line = seen()
          .filter((each) => each.includes('title'))
          .join('');
        expect(line).toContain('safe');
        // biome-ignore lint/suspicious/noControlCharactersInRegex: that none is left is the point
        expect(line).not.toMatch(/[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f]|\x1b[\]2]/);
      }),
    );

    it(
      'refuses a channel that is not its own, for good',
      use(async ({ adapter }) => {
        const sent = adapter.send('elsewhere:T1/C1', { text: 'x' });
        await expect(sent).rejects.toMatchObject({ name: 'SendError', retryable: false });
      }),
    );

    it(
      'changes a message in place where it can, and else refuses to',
      use(async ({ adapter, channel, sees }) => {
        const ref = await adapter.send(channel, { text: 'running' });
        const edited = adapter.edit(ref, { text: 'finished' });
        if (!adapter.features.edit) return expect(edited).rejects.toMatchObject({ retryable: false });
        await edited;
        await sees('finished');
      }),
    );

    it(
      'stops once however often it is asked, and takes nothing after',
      use(async ({ adapter, channel }) => {
        await Promise.all([adapter.stop(), adapter.stop()]);
        await adapter.stop();
        await expect(adapter.send(channel, { text: 'late' })).rejects.toMatchObject({
          name: 'SendError',
          retryable: true,
        });
      }),
    );
  });
}
