import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { fields, formOf, isMap, must } from './fields.ts';

/** What lies around the configuration file, and where to put what people should know about it. */
export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  /** Relative paths in the file start here. */
  readonly folder: string;
  /** The configuration file itself can be read by other users of the machine. */
  readonly fileIsOpen: boolean;
  /** Gets one line. */
  readonly warn: (warning: string) => void;
}

/** A path in the file, made absolute. `~/` is the home folder. */
export function path(around: Surroundings) {
  return z
    .string(must('a text with a path'))
    .min(1, must('a text with a path'))
    .transform((text) =>
      text === '~' || text.startsWith('~/') ? join(homedir(), text.slice(1)) : resolve(around.folder, text),
    );
}

/** A path to a folder that is there. */
export function folder(around: Surroundings) {
  return path(around).superRefine((at, context) => {
    const why = reasonOf(() => {
      if (!statSync(at).isDirectory()) throw new Error('it is not a folder');
    });
    if (why !== null) context.addIssue({ code: 'custom', message: `cannot read the folder ${at}: ${why}` });
  });
}

/** A path to a text file, read. `secret` ones should be readable by their owner only. */
export function file(around: Surroundings, options: { secret?: boolean } = {}) {
  return path(around).transform((at, context) => {
    let text = '';
    const why = reasonOf(() => {
      text = readFileSync(at, 'utf8');
    });
    if (why !== null) {
      context.addIssue({ code: 'custom', message: `cannot read the file ${at}: ${why}` });
      return z.NEVER;
    }
    if (options.secret && isOpen(at)) {
      around.warn(`${at} holds a secret and can be read by other users: chmod 600 ${at}`);
    }
    return { file: at, text };
  });
}

/** A secret: written out, `{env: NAME}` or `{file: PATH}`. */
export function secret(around: Surroundings) {
  const be = 'a text, {env: NAME} or {file: PATH}';
  const written = z
    .string(must(be))
    .min(1, must(be))
    .superRefine(() => {
      if (around.fileIsOpen)
        around.warn('the configuration file holds a password and can be read by other users: chmod 600');
    });
  const inEnvironment = fields({ env: environmentName() }, { secret: true }).transform(({ env }, context) => {
    const value = around.env[env];
    if (value !== undefined && value !== '') return value;
    const state = value === undefined ? 'not set' : 'empty';
    context.addIssue({ code: 'custom', message: `the environment variable ${env} is ${state}` });
    return z.NEVER;
  });
  const inFile = fields({ file: file(around, { secret: true }) }, { secret: true }).transform(
    (read, context) => {
      const value = read.file.text.replace(/\r?\n$/, '');
      if (value !== '') return value;
      context.addIssue({ code: 'custom', message: `the file ${read.file.file} is empty` });
      return z.NEVER;
    },
  );
  return formOf((value): z.ZodType<string> => {
    if (!isMap(value)) return written;
    return 'file' in value ? inFile : inEnvironment;
  });
}

function environmentName() {
  const be = 'the name of an environment variable';
  return z.string(must(be)).regex(/^[A-Za-z_][A-Za-z0-9_]*$/, must(be));
}

/** Other users of the machine can read it. */
export function isOpen(at: string): boolean {
  return (statSync(at).mode & 0o077) !== 0;
}

/** Why `act` failed, in words; null if it did not. */
export function reasonOf(act: () => void): string | null {
  try {
    act();
    return null;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return 'there is none';
    if (code === 'EACCES' || code === 'EPERM') return 'no permission';
    if (code === 'EISDIR') return 'it is a folder';
    if (code === 'ENOTDIR') return 'a part of its path is not a folder';
    return code ?? message;
  }
}
