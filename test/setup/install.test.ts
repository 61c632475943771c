import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { completeLock, platformOf } from '../../setup/complete-lock.js';
import { whatDiffers } from '../../setup/install.js';
import { requireNode } from '../../setup/node-version.js';

const root = join(import.meta.dirname, '..', '..');

describe('whether node_modules is what the lock asks for', () => {
  const wanted = {
    '': { version: '1.0.0' },
    'node_modules/a': { version: '1.2.3' },
    'node_modules/a/node_modules/@s/b': { version: '2.0.0' },
    'node_modules/for-another-platform': { version: '1.0.0', optional: true },
  };
  const installed = {
    'node_modules/a': { version: '1.2.3' },
    'node_modules/a/node_modules/@s/b': { version: '2.0.0' },
  };

  test('it is', () => expect(whatDiffers(wanted, installed)).toBeUndefined());
  test('nothing there', () => expect(whatDiffers(wanted, undefined)).toBe('none are installed'));
  test('one missing', () => {
    expect(whatDiffers(wanted, { 'node_modules/a': { version: '1.2.3' } })).toBe('@s/b is missing');
  });
  test('one of another version', () => {
    expect(whatDiffers(wanted, { ...installed, 'node_modules/a': { version: '1.2.2' } })).toBe(
      'a is 1.2.2, not 1.2.3',
    );
  });
});

describe('the Node.js version', () => {
  test.each(['20.18.3', '18.20.8', '20.9.0'])('%s is refused in one line', (version) => {
    expect(() => requireNode(root, version)).toThrow(
      `Node.js 20.19 or newer is needed, this is ${version}: install a newer one and start again`,
    );
  });
  test.each(['20.19.0', '20.20.2', '22.0.0', '24.1.0'])('%s is fine', (version) =>
    requireNode(root, version),
  );
});

describe('package-lock.json', () => {
  const text = readFileSync(join(root, 'package-lock.json'), 'utf8');

  test('names no registry', () => expect(text).not.toMatch(/"resolved"|https?:\/\/[^"]*\.tgz/));

  test('has every optional platform package, so that npm ci takes it with any registry', () => {
    expect(completeLock(JSON.parse(text)), 'run: npm run lock').toEqual([]);
  });

  test('platforms are told from names', () => {
    expect(platformOf('@biomejs/cli-linux-x64-musl')).toEqual({
      os: ['linux'],
      cpu: ['x64'],
      libc: ['musl'],
    });
    expect(platformOf('@msgpackr-extract/msgpackr-extract-darwin-arm64')).toEqual({
      os: ['darwin'],
      cpu: ['arm64'],
    });
    expect(platformOf('fsevents')).toBeUndefined();
  });

  test('a missing one is added once', () => {
    const packages = {
      'node_modules/tool': {
        version: '1.0.0',
        dev: true,
        optionalDependencies: { '@tool/linux-arm64': '1.0.0' },
      },
    };
    const lock: Parameters<typeof completeLock>[0] = { packages: { ...packages } };
    expect(completeLock(lock)).toEqual(['@tool/linux-arm64']);
    expect(lock.packages['node_modules/@tool/linux-arm64']).toEqual({
      version: '1.0.0',
      os: ['linux'],
      cpu: ['arm64'],
      dev: true,
      optional: true,
    });
    expect(completeLock(lock)).toEqual([]);
  });
});
