import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { commandManual } from './command/manual.ts';
import { packageRoot } from './config/package-root.ts';

/** `npm run docs`: writes docs/commands.md from the command registry. */
const file = join(packageRoot(), 'docs', 'commands.md');
await writeFile(file, commandManual());
console.log(`wrote ${file}`);
