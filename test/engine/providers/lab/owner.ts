import { createLabProvider } from '../../../../engine/providers/lab/lab.ts';

/** A process that owns a lab and is killed by a test: `owner.js DIR CACHE NAME…` creates the machines and stays. */
const [dir = '', cacheDir = '', ...names] = process.argv.slice(2);
const provider = createLabProvider({ pool: 'lab', nodes: 3, dir, cacheDir });
await provider.prepare(() => {});
console.log('prepared');
await Promise.all(names.map((name) => provider.create(name, { hostname: name })));
console.log('created');
setInterval(() => {}, 1000);
