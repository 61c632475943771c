import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from './say.js';

/**
 * Refuses a Node.js that is older than package.json's `engines` asks for.
 * @param {string} root
 * @param {string} running for example 20.19.0
 */
export function requireNode(root, running = process.versions.node) {
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const needed = engines.node.replace(/^>=/, '');
  if (isOlder(running, needed)) {
    throw new SetupError(
      `Node.js ${needed} or newer is needed, this is ${running}: install a newer one and start again`,
    );
  }
}

/**
 * @param {string} a
 * @param {string} b
 */
function isOlder(a, b) {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number));
  for (let i = 0; i < 3; i++) {
    const [x, y] = [left?.[i] ?? 0, right?.[i] ?? 0];
    if (x !== y) return x < y;
  }
  return false;
}
