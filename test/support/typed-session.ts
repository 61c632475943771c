import { writeFile } from 'node:fs/promises';
import type { World } from './world.ts';

/** A world that remembers what is typed into it, so that the session can be read from top to bottom. */
export interface TypedSession {
  readonly world: World;
  /** What was typed and what was said, in order, as it stands in the terminal; secrets are masked as everywhere. */
  text(): string;
}

export function rememberTyped(world: World): TypedSession {
  const typed: { readonly line: string; readonly saidBefore: number }[] = [];
  const remember = (line: string) => typed.push({ line, saidBefore: world.said().lines.length });
  const both: Pick<World, 'type' | 'ask'> = {
    type(line) {
      remember(line);
      world.type(line);
    },
    ask(line, pattern, timeoutMs) {
      remember(line);
      return world.ask(line, pattern, timeoutMs);
    },
  };
  return {
    // All else is the world's own, also its application after a restart.
    world: Object.assign(Object.create(world) as World, both),
    text() {
      const { lines } = world.said();
      const parts = typed.flatMap(({ line, saidBefore }, at) => [
        `deployday> ${line}`,
        ...lines.slice(saidBefore, typed[at + 1]?.saidBefore),
      ]);
      return `${parts.join('\n')}\n`;
    },
  };
}

/** Writes the session into the file that the environment variable names; nothing where there is none. */
export async function writeTyped(session: TypedSession, variable: string): Promise<void> {
  const file = process.env[variable];
  if (file) await writeFile(file, session.text());
}
