import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { answers, type Daemon, daemon, eventually, freePort, privateFolder } from './daemon.ts';
import type { IrcServer } from './server.ts';

/**
 * ngIRCd: a small server without services, accounts, tags or echo. `penalties`: whether who says much has to wait for it,
 * as it comes.
 */
export async function startNgircd({ penalties = true } = {}): Promise<IrcServer> {
  const folder = await privateFolder('ngircd');
  const port = await freePort();
  const conf = join(folder.path, 'ngircd.conf');
  await writeFile(
    conf,
    `[Global]
Name = irc.test
Info = test
AdminEMail = test@localhost
MotdPhrase = test
Listen = 127.0.0.1
Ports = ${port}
ServerUID = ${process.getuid?.() ?? 65534}
ServerGID = ${process.getgid?.() ?? 65534}
[Limits]
MaxConnectionsIP = 0
MaxJoins = 20
MaxNickLength = 20
${penalties ? '' : 'MaxPenaltyTime = 0'}
[Options]
DNS = no
Ident = no
PAM = no
ChrootDir =
IncludeDir = ${folder.path}
[Operator]
Name = oper
Password = secret
`,
  );
  const running: Daemon[] = [];
  const start = async (): Promise<void> => {
    running.push(daemon('ngircd', ['--nodaemon', '--config', conf]));
    await eventually('ngircd is up', () => answers(port, 'CAP LS', 'CAP'));
  };
  const stop = async (): Promise<void> => {
    for (const process of running.splice(0)) await process.stop();
  };
  await start();
  return {
    host: '127.0.0.1',
    port,
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
