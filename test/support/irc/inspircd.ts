import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { answers, type Daemon, daemon, eventually, freePort, privateFolder } from './daemon.ts';
import { athemeConf, type InspircdOptions, inspircdConf, type Linkable } from './inspircd-conf.ts';
import type { IrcServer } from './server.ts';

/** InspIRCd, with Atheme for accounts. Operators log in with `OPER oper secret`. */
export async function startInspircd(options: InspircdOptions = {}): Promise<IrcServer & Linkable> {
  const folder = await privateFolder('inspircd');
  const port = await freePort();
  const link = await freePort();
  const services = options.services ?? true;
  const file = (name: string): string => join(folder.path, name);
  await writeFile(file('inspircd.conf'), inspircdConf(folder.path, port, link, options));
  await writeFile(file('atheme.conf'), athemeConf(link, options));

  const running: Daemon[] = [];
  const start = async (): Promise<void> => {
    const root = process.getuid?.() === 0 ? ['--runasroot'] : [];
    running.push(daemon('inspircd', ['--config', file('inspircd.conf'), '--nofork', '--nopid', ...root]));
    const offers = (text: string) => answers(port, 'CAP LS 302', text, { secure: options.tls !== undefined });
    await eventually('inspircd is up', () => offers('CAP'), { log: file('inspircd.log') });
    if (!services) return;
    const words = [
      '-n',
      '-c',
      file('atheme.conf'),
      '-D',
      folder.path,
      '-l',
      file('atheme.log'),
      '-p',
      file('atheme.pid'),
    ];
    running.push(daemon('atheme-services', words));
    await eventually('services are linked', () => offers('sasl'), { log: file('atheme.log') });
  };
  const stop = async (): Promise<void> => {
    // Services first, so that they save their accounts.
    for (const process of running.splice(0).reverse()) await process.stop();
  };
  await start().catch(async (error) => {
    await stop();
    await folder.remove();
    throw error;
  });
  return {
    host: '127.0.0.1',
    port,
    link,
    start,
    stop,
    freeze: () => running[0]?.signal('SIGSTOP'),
    thaw: () => running[0]?.signal('SIGCONT'),
    async remove() {
      await stop();
      await folder.remove();
    },
  };
}
