import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

/** The rooms of docs/architecture.md, and from which others each may take something. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  bot: ['adapters', 'db', 'engine', 'pictures', 'sessions', 'web'],
  web: ['adapters', 'db', 'engine', 'pictures', 'sessions'],
  engine: ['db'],
  sessions: ['db'],
  adapters: [],
  db: [],
  pictures: [],
  setup: [],
};

/** Rooms within rooms: each takes from outside of itself only what is named, be it a file or a folder. */
const PORTS: Readonly<Record<string, readonly string[]>> = {
  'adapters/console': ['adapters/adapter.ts', 'adapters/message.ts', 'adapters/render'],
  'adapters/discord': [
    'adapters/adapter.ts',
    'adapters/command-line.ts',
    'adapters/message.ts',
    'adapters/render',
  ],
  'adapters/irc': ['adapters/adapter.ts', 'adapters/message.ts', 'adapters/render'],
  'adapters/slack': [
    'adapters/adapter.ts',
    'adapters/command-line.ts',
    'adapters/message.ts',
    'adapters/render',
  ],
  'engine/transports': ['engine/fair-gate.ts', 'engine/transport.ts'],
  'engine/providers/lab': ['engine/provider.ts', 'engine/transport.ts'],
  'engine/providers/ssh': ['engine/connecting.ts', 'engine/provider.ts', 'engine/transport.ts'],
};

const root = join(import.meta.dirname, '..');

/** Which of our own files a folder's sources import, types included: `[importing file, imported file]`, paths from the root. */
function importsIn(folder: string): [string, string][] {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => /\.(ts|tsx|js)$/.test(file))
    .map((file) => join(folder, file))
    .flatMap((file) => {
      const text = readFileSync(join(root, file), 'utf8');
      const named = text.matchAll(/(?:\bfrom|^import|\bimport\()\s*'(\.[^']+)'/gm);
      return Array.from(named, ([, path = '']): [string, string] => [file, join(file, '..', path)]);
    });
}

const isIn = (file: string, place: string): boolean => file === place || file.startsWith(`${place}/`);

describe.each(Object.entries(ROOMS))('%s/', (room, others) => {
  test(`imports of our rooms only ${others.join(', ') || 'itself'}`, () => {
    const strangers = importsIn(room).filter(
      ([, file]) => ![room, ...others].some((place) => isIn(file, place)),
    );
    expect(strangers).toEqual([]);
  });

  test('no file of it imports itself by way of others', () => {
    let left = importsIn(room);
    for (let before = left.length + 1; left.length < before; ) {
      before = left.length;
      const importing = new Set(left.map(([file]) => file));
      const imported = new Set(left.map(([, file]) => file));
      // What imports nobody, or is imported by nobody, is in no circle.
      left = left.filter(([file, other]) => imported.has(file) && importing.has(other));
    }
    expect(left).toEqual([]);
  });
});

describe.each(Object.entries(PORTS))('%s/', (place, ports) => {
  test('knows its port, and none of its neighbours', () => {
    const imports = importsIn(place);
    expect(imports.length).toBeGreaterThan(0);
    expect(imports.filter(([, file]) => ![place, ...ports].some((port) => isIn(file, port)))).toEqual([]);
  });
});

test('every adapter and provider is among them', () => {
  const foldersIn = (folder: string) =>
    readdirSync(join(root, folder), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== 'render')
      .map((entry) => `${folder}/${entry.name}`);
  const known = Object.keys(PORTS);
  expect(
    [...foldersIn('adapters'), ...foldersIn('engine/providers')].filter((one) => !known.includes(one)),
  ).toEqual([]);
});
