import ssh2 from 'ssh2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Provider, ProviderError } from '../../engine/provider.ts';
import type { Endpoint } from '../../engine/transport.ts';

/** What the contract needs to know of a provider. */
export interface ProviderUnderTest {
  /** A provider over the same place each time, as after a restart of the process. */
  open(): Provider;
  /** Gives everything back that the tests made. */
  removeAll(): Promise<void>;
  /** Names of what its machines have on this host (processes, interfaces, folders …); empty when all are destroyed. */
  traces(): Promise<string[]>;
}

/** The cases that every provider must pass. */
export function describeProvider(name: string, underTest: ProviderUnderTest): void {
  describe(`provider contract: ${name}`, () => {
    let provider: Provider;
    const spec = { hostname: 'controller', hosts: { 'compute-1': '192.0.2.7' } };
    const on = async (machine: string, command: string) => runOn(await provider.endpoint(machine), command);

    beforeAll(async () => {
      provider = underTest.open();
      await provider.prepare(() => {});
    }, 600_000);

    afterAll(async () => {
      await provider.close();
      await underTest.removeAll();
    });

    test('names are handed out from those that are free, and no more than there are', () => {
      const [first, second] = provider.choose(2, new Set());
      expect(provider.choose(1, new Set([first ?? '']))).toEqual([second]);
      expect(provider.choose(provider.capacity + 1, new Set())).toHaveLength(provider.capacity);
    });

    test('a created machine answers over SSH, knows its name and its neighbours', async () => {
      const machine = await provider.create('n1', spec);
      expect(machine).toMatchObject({ name: 'n1', address: expect.stringMatching(/^\d+\.\d+\.\d+\.\d+$/) });
      expect(await on('n1', 'hostname')).toBe('controller');
      expect(await on('n1', 'getent hosts compute-1')).toMatch(/^192\.0\.2\.7\s/);
    });

    test('creating it again finds it as it is', async () => {
      await on('n1', 'echo kept > "$HOME/note"');
      expect(await provider.create('n1', spec)).toEqual(await provider.find('n1'));
      expect(await on('n1', 'cat "$HOME/note"')).toBe('kept');
    });

    test('whoever may not touch a machine any more leaves it as it is', async () => {
      const mayNot = () => Promise.reject(new Error('it is not mine any more'));
      const acts = [
        provider.create('n1', spec, mayNot),
        provider.create('n2', spec, mayNot),
        provider.reset('n1', null, mayNot),
        provider.snapshot('n1', 'stolen', mayNot),
        provider.dropLayer('n1', 'stolen', mayNot),
        provider.share('n1', 'stolen', mayNot),
        provider.destroy('n1', mayNot),
      ];
      for (const act of await Promise.allSettled(acts))
        expect(act).toMatchObject({ status: 'rejected', reason: { message: 'it is not mine any more' } });
      expect(await on('n1', 'cat "$HOME/note"')).toBe('kept');
      expect(await provider.find('n2')).toBeNull();
      await expect(provider.reset('n1', 'stolen')).rejects.toThrow(/no layer "stolen"/);
    });

    test('its host key is the announced one', async () => {
      const endpoint = await provider.endpoint('n1');
      expect(endpoint.hostKeys).not.toBe('first-use');
      await expect(runOn({ ...endpoint, hostKeys: ['ssh-ed25519 AAAA'] }, 'true')).rejects.toThrow(/host/i);
    });

    test('the task state folder can be written', async () => {
      const place = '"$HOME/.deployday-probe"';
      expect(await on('n1', `mkdir -p ${place} && echo writable && rmdir ${place}`)).toBe('writable');
    });

    test('a new provider object finds the running machine', async () => {
      const started = await on('n1', 'stat -c %Y /proc/1');
      await provider.close();
      provider = underTest.open();
      expect(await provider.find('n1')).toMatchObject({ name: 'n1' });
      expect(await on('n1', 'stat -c %Y /proc/1')).toBe(started);
    });

    test('reset gives back the empty machine, also twice', async () => {
      await on('n1', 'echo spoilt > "$HOME/note"; echo 192.0.2.9 oops >> /etc/hosts');
      await provider.reset('n1', null);
      await provider.reset('n1', null);
      expect(await on('n1', 'cat "$HOME/note" 2>/dev/null; grep -c oops /etc/hosts; hostname')).toBe(
        '0\ncontroller',
      );
    });

    test('a snapshot is returned to, and what came after it is gone', async () => {
      await on('n1', 'echo one > "$HOME/note"; mkdir "$HOME/d"; echo x > "$HOME/d/x"');
      await provider.snapshot('n1', 'first');
      await on('n1', 'echo two > "$HOME/note"; rm -r "$HOME/d"; echo later > "$HOME/later"');
      await provider.reset('n1', 'first');
      expect(await on('n1', 'cat "$HOME/note" "$HOME/d/x"; ls "$HOME"')).toBe('one\nx\nd\nnote');
    });

    test('a snapshot on top of a snapshot keeps what each of them changed and removed', async () => {
      await on('n1', 'rm -r "$HOME/d"; mkdir "$HOME/d"; echo y > "$HOME/d/y"');
      await provider.snapshot('n1', 'second');
      await provider.reset('n1', 'first');
      expect(await on('n1', 'ls "$HOME/d"')).toBe('x');
      await provider.reset('n1', 'second');
      expect(await on('n1', 'cat "$HOME/note"; ls "$HOME/d"')).toBe('one\ny');
    });

    test('a snapshot of the same name replaces the old one', async () => {
      await on('n1', 'echo three > "$HOME/note"');
      await provider.snapshot('n1', 'second');
      await provider.snapshot('n1', 'second');
      await provider.reset('n1', 'second');
      expect(await on('n1', 'cat "$HOME/note"; ls "$HOME/d"')).toBe('three\ny');
    });

    test('the machine goes on running while a snapshot is taken', async () => {
      const before = await on('n1', 'stat -c %Y /proc/1');
      await provider.snapshot('n1', 'third');
      expect(await on('n1', 'stat -c %Y /proc/1')).toBe(before);
    });

    test('a dropped layer cannot be returned to; dropping it again is no error', async () => {
      await provider.dropLayer('n1', 'third');
      await provider.dropLayer('n1', 'third');
      await expect(provider.reset('n1', 'third')).rejects.toThrow(/no layer "third"/);
      await provider.dropLayer('n1', 'second'); // the machine stands on it: it goes on working
      expect(await on('n1', 'cat "$HOME/note"')).toBe('three');
    });

    test('unknown names: find says null, destroy and dropLayer do nothing, the rest says what is wrong', async () => {
      expect(await provider.find('n2')).toBeNull();
      expect(await provider.find('nobody')).toBeNull();
      await provider.destroy('n2');
      await provider.dropLayer('n2', 'first');
      await expect(provider.reset('n2', null)).rejects.toThrow(ProviderError);
      await expect(provider.snapshot('n2', 'first')).rejects.toThrow(ProviderError);
      await expect(provider.endpoint('n2')).rejects.toThrow(/n2/);
      await expect(provider.create('../n1', spec)).rejects.toThrow(ProviderError);
      await expect(provider.snapshot('n1', '../first')).rejects.toThrow(ProviderError);
    });

    test('destroy leaves nothing, and the name can be used again as new', async () => {
      await provider.destroy('n1');
      await provider.destroy('n1');
      expect(await provider.find('n1')).toBeNull();
      expect(await underTest.traces()).toEqual([]);
      await provider.create('n1', spec);
      await expect(provider.reset('n1', 'first')).rejects.toThrow(/no layer/);
      expect(await on('n1', 'ls "$HOME"')).toBe('');
      await provider.destroy('n1');
      expect(await underTest.traces()).toEqual([]);
    });
  });
}

/** Runs a command over SSH with the endpoint's host keys checked; resolves to its trimmed stdout, rejects with its stderr. */
export async function runOn(endpoint: Endpoint, command: string): Promise<string> {
  const client = new ssh2.Client();
  const sock = await endpoint.dial?.();
  const accepted = endpoint.hostKeys === 'first-use' ? [] : endpoint.hostKeys.map((key) => key.split(' ')[1]);
  try {
    return await new Promise((resolve, reject) => {
      client.once('error', reject);
      client.once('ready', () => {
        client.exec(command, (failed, channel) => {
          if (failed) return reject(failed);
          let stdout = '';
          let stderr = '';
          channel.on('data', (chunk: Buffer) => {
            stdout += chunk;
          });
          channel.stderr.on('data', (chunk: Buffer) => {
            stderr += chunk;
          });
          channel.once('close', () => (stderr === '' ? resolve(stdout.trim()) : reject(new Error(stderr))));
        });
      });
      client.connect({
        ...(sock ? { sock } : { host: endpoint.host, port: endpoint.port }),
        username: endpoint.user,
        privateKey: endpoint.privateKey,
        hostVerifier: (key: Buffer) => accepted.includes(key.toString('base64')),
        readyTimeout: 60_000,
      });
    });
  } finally {
    client.end();
  }
}
