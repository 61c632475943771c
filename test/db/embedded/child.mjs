/**
 * Starts an embedded PostgreSQL in a process that tests may kill, run as another user or put into a namespace.
 * Words: a module that exports startEmbeddedPostgres (TypeScript), the folder. Writes `up PID SOCKET_FOLDER` or `refused: …`.
 */
import { runnerImport } from 'vite';

const [source, dir] = process.argv.slice(2);
const { module } = await runnerImport(source, { configFile: false, logLevel: 'error', root: '/' });
try {
  const server = await module.startEmbeddedPostgres({ dir, log: (line) => console.log(`log: ${line}`) });
  console.log(`up ${server.pid} ${server.connection.host}`);
  process.stdin.once('end', async () => {
    await server.stop();
    console.log('stopped');
  });
  process.stdin.resume();
} catch (error) {
  console.log(`refused: ${error.name}: ${error.message}`);
  process.exitCode = 2;
}
