import { appendFile, readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { needDebianPackages } from '../support/debian.ts';
import { needAll, needHost } from '../support/needs.ts';
import { REDIS } from '../support/redis.ts';
import { openLane } from './lane.ts';
import { KIND_NAMES, type Kind, planRound } from './plan.ts';
import { playRound, type RoundResult } from './round.ts';
import { roundLine, totalsTable } from './totals.ts';

const USAGE = `npm run test:faults -- [--rounds 300] [--seed N] [--only kind,kind] [--lanes 2] [--results FILE]
results: each round is appended to the file as a line of JSON; with --rounds 0 its rounds are added up
kinds: ${KIND_NAMES.join(', ')}`;

const options = readOptions();
if (options.rounds === 0 && options.results !== null) {
  const lines = (await readFile(options.results, 'utf8')).split('\n').filter((line) => line !== '');
  console.log(totalsTable(lines.map((line) => JSON.parse(line) as RoundResult)));
  process.exit();
}
const need = needAll(
  await needDebianPackages(['openssh-server', 'openssh-client', 'ansible-core', ...REDIS]),
  needHost({ root: true, mounts: true, commands: ['unshare'] }),
);
if (!need.ok) stop(`rounds of faults cannot be played here: ${need.why}`);

const results: RoundResult[] = [];
let next = 0;
await Promise.all(Array.from({ length: Math.min(options.lanes, options.rounds) }, playInTurn));
console.log(`\n${totalsTable(results)}`);
const failed = results.filter(({ problems }) => problems.length > 0);
console.log(
  `\n${results.length} rounds, ${failed.length} failed; seeds ${options.seed} to ${options.seed + options.rounds - 1}`,
);
if (failed.length > 0) process.exitCode = 1;

async function playInTurn(): Promise<void> {
  const lane = await openLane();
  try {
    while (next < options.rounds) {
      const seed = options.seed + next;
      next += 1;
      const kind = options.kinds[seed % options.kinds.length] as Kind;
      const result = await playRound(planRound(seed, kind), lane).catch((error: Error) => {
        console.log(`--     · seed=${seed} · ${kind} · was not played: ${error.message}`);
      });
      if (!result) continue;
      results.push(result);
      console.log(roundLine(result));
      if (options.results !== null) await appendFile(options.results, `${JSON.stringify(result)}\n`);
    }
  } finally {
    await lane.stop();
  }
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '300' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      only: { type: 'string', default: KIND_NAMES.join(',') },
      lanes: { type: 'string', default: '2' },
      results: { type: 'string' },
    },
  });
  const kinds = values.only.split(',') as Kind[];
  const odd = kinds.find((kind) => !KIND_NAMES.includes(kind));
  if (odd !== undefined) stop(`there is no kind ${odd}\n${USAGE}`);
  const [rounds, seed, lanes] = [values.rounds, values.seed, values.lanes].map(Number);
  if (!isWhole(rounds) || !isWhole(seed) || !isWhole(lanes)) stop(USAGE);
  return { rounds, seed, lanes, kinds, results: values.results ?? null };
}

function isWhole(value: number | undefined): value is number {
  return value !== undefined && Number.isSafeInteger(value) && value >= 0;
}

function stop(message: string): never {
  console.error(message);
  process.exit(2);
}
