import { appendFile, readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { needDebianPackages } from '../support/debian.ts';
import { INSPIRCD } from '../support/irc/packages.ts';
import { SEVENTY } from './cast.ts';
import { type DayResult, playDay } from './day.ts';
import { type Lane, openLane } from './lane.ts';
import { planDay, type Size } from './plan.ts';
import { writeReport } from './report.ts';
import { dayLine, totalsTable } from './totals.ts';

const USAGE = `npm run test:days -- [--days 100] [--seed N] [--lanes 1] [--results FILE] [--report FOLDER]
results: each day is appended to the file as a line of JSON; with --days 0 its days are added up
report: the report of the last day is written there, as people would get it`;

/** The day of 2012, as far as it can be played in seconds. */
const DAY: Size = { company: SEVENTY, acts: 260, environments: 6, troubles: 5 };
/** People on IRC remember all that they have read. */
const DAYS_PER_LANE = 25;

const options = readOptions();
if (options.days === 0 && options.results !== null) {
  const lines = (await readFile(options.results, 'utf8')).split('\n').filter((line) => line !== '');
  console.log(totalsTable(lines.map((line) => JSON.parse(line) as DayResult)));
  process.exit();
}
const packages = await needDebianPackages(['openssh-server', 'openssh-client', ...INSPIRCD]);
if (!packages.ok) stop(`days cannot be played here: ${packages.why}`);

const results: DayResult[] = [];
let next = 0;
await Promise.all(Array.from({ length: Math.min(options.lanes, options.days) }, playInTurn));
console.log(`\n${totalsTable(results)}`);
if (results.some(({ problems }) => problems.length > 0)) process.exitCode = 1;

async function playInTurn(): Promise<void> {
  let lane: Lane | null = null;
  for (let played = 0; next < options.days; played++) {
    const seed = options.seed + next++;
    if (lane === null || played % DAYS_PER_LANE === 0) {
      await lane?.close();
      lane = await openLane(SEVENTY, DAY.environments);
    }
    const { report } = options;
    const also = report === null ? undefined : writeReport(report);
    const result = await playDay(planDay(seed, DAY), lane, also);
    results.push(result);
    console.log(dayLine(result));
    if (options.results !== null) await appendFile(options.results, `${JSON.stringify(result)}\n`);
  }
  await lane?.close();
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      days: { type: 'string', default: '100' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      lanes: { type: 'string', default: '1' },
      results: { type: 'string' },
      report: { type: 'string' },
    },
  });
  const [days, seed, lanes] = [values.days, values.seed, values.lanes].map(Number);
  if (!isWhole(days) || !isWhole(seed) || !isWhole(lanes)) stop(USAGE);
  return { days, seed, lanes, results: values.results ?? null, report: values.report ?? null };
}

function isWhole(value: number | undefined): value is number {
  return value !== undefined && Number.isSafeInteger(value) && value >= 0;
}

function stop(message: string): never {
  console.error(message);
  process.exit(2);
}
