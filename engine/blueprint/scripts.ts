import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import { complain, type Place, quote } from './source.ts';
import { readText } from './values.ts';

/** A file of a blueprint larger than this is a mistake, or an attack. */
export const LARGEST_FILE = 1024 * 1024;
const LARGEST_TOTAL = 8 * LARGEST_FILE;

/** Reads the scripts of one blueprint: given in place, or as a path beside it. */
export type ScriptReader = (place: Place | undefined) => Promise<string | undefined>;

/** A script reader for the blueprint in `folder`, out of which no path may lead. */
export function createScriptReader(folder: string): ScriptReader {
  const read = new Map<string, Promise<FileText>>();
  let total = 0;

  return async (place) => {
    const text = readText(place);
    if (place === undefined || text === undefined) return undefined;
    const path = text.trim();
    let script = text;
    if (/^\S+\.sh$/.test(path)) {
      let pending = read.get(path);
      if (pending === undefined) {
        pending = readInside(folder, path);
        read.set(path, pending);
      }
      const file = await pending;
      if ('problem' in file) {
        complain(place, file.problem);
        return undefined;
      }
      script = file.text;
    }
    const problem = problemOf(script);
    if (problem !== undefined) {
      complain(place, problem);
      return undefined;
    }
    total += script.length;
    if (total > LARGEST_TOTAL) {
      complain(place, `the blueprint's scripts have more than ${LARGEST_TOTAL / LARGEST_FILE} MB together`);
      return undefined;
    }
    return script;
  };
}

function problemOf(script: string): string | undefined {
  if (script.trim() === '') return 'the script is empty';
  if (script.length > LARGEST_FILE) return 'the script is larger than 1 MB';
  if (script.includes('\0')) return 'the script holds a NUL character';
  if (script.includes('\r\n'))
    return 'the script has Windows line ends (CR LF), on which sh fails: save it with LF';
  return undefined;
}

export type FileText = { readonly text: string } | { readonly problem: string };

/** The text of the file at `path` inside `folder`; symlinks count as what they lead to. */
export async function readInside(folder: string, path: string): Promise<FileText> {
  const shown = quote(path);
  if (path.startsWith('/')) {
    return {
      problem: `${shown} is outside the blueprint's folder; to run what is on the node write "sh ${path}"`,
    };
  }
  return await withFileInside(folder, path, (real) => readSmallText(real, shown));
}

/** Gives `read` the real path of the file at `path` inside `folder`; a problem if it leads out of it or cannot be read. */
export async function withFileInside<T>(
  folder: string,
  path: string,
  read: (real: string) => Promise<T>,
): Promise<T | { readonly problem: string }> {
  const shown = quote(path);
  const leaves = { problem: `${shown} leads out of the blueprint's folder` };
  const root = await realpath(folder);
  const target = resolve(root, path);
  if (!target.startsWith(root + sep)) return leaves;
  try {
    const real = await realpath(target);
    if (!real.startsWith(root + sep)) return leaves;
    return await read(real);
  } catch (error) {
    return { problem: `cannot read ${shown}: ${reason(error)}` };
  }
}

/** The UTF-8 text of a regular file of at most {@link LARGEST_FILE} bytes; `shown` names it in the problem. */
export async function readSmallText(path: string, shown: string): Promise<FileText> {
  // Non-blocking, or a pipe that nobody writes to would hang us before we know that it is one.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const found = await handle.stat();
    if (!found.isFile()) return { problem: `${shown} is not a regular file` };
    if (found.size > LARGEST_FILE) return { problem: `${shown} is larger than 1 MB` };
    const bytes = await handle.readFile();
    try {
      return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
    } catch {
      return { problem: `${shown} is not UTF-8 text` };
    }
  } finally {
    await handle.close();
  }
}

/** Why a file could not be read, for people. */
export function reason(error: unknown): string {
  const code = (error as { code?: unknown }).code;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES') return 'permission denied';
  return error instanceof Error ? error.message : String(error);
}
