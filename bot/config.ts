import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { z } from 'zod';
import { ConfigError } from './config/config-error.ts';
import { crossChecks } from './config/cross-checks.ts';
import { discordConfig } from './config/discord.ts';
import { readDocument } from './config/document.ts';
import { readEnvironment } from './config/environment.ts';
import { isMap, problemsOf } from './config/fields.ts';
import { ircNetwork } from './config/irc.ts';
import { isOpen, reasonOf, type Surroundings } from './config/outside.ts';
import { packageRoot } from './config/package-root.ts';
import { blueprintFolders, fileSchema, labHeavySlots } from './config/schema.ts';
import { policyOf } from './config/sessions.ts';
import { slackConfig } from './config/slack.ts';
import type { Config, HttpConfig, PoolConfig } from './config/types.ts';
import { riskWarnings } from './config/warnings.ts';

export { ConfigError } from './config/config-error.ts';
export type * from './config/types.ts';

const DEFAULT_FILE = 'deployday.yaml';
const LOCAL_TERMINAL = 'console:local';

export interface ConfigSources {
  /** From `--config`: must be there. Without it `deployday.yaml` in `cwd` is read if there is one. */
  readonly file?: string;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
}

/**
 * Reads the configuration: the file, the environment variables (which win over the file), the defaults; and the files and
 * variables that the file names. Nothing else in the process reads any of these.
 * Rejects with {@link ConfigError}, which tells everything that is wrong at once.
 */
export async function loadConfig({ file, env, cwd }: ConfigSources): Promise<Config> {
  const environment = readEnvironment(env);
  const warnings = new Set<string>(environment.warnings);
  const read = readFile(file, env, cwd, (warning) => warnings.add(warning));
  const slack = slackConfig(read.values?.slack, environment.values.slack);
  const discord = discordConfig(read.values?.discord, environment.values.discord);
  const chats = read.values ? [...slack.problems, ...discord.problems] : [];
  const problems = [...read.problems, ...environment.problems, ...chats];
  if (read.values === null || problems.length > 0) throw new ConfigError(problems, read.blueprints);

  const { values } = read;
  const fromEnv = environment.values;
  const http: HttpConfig = {
    host: values.http?.host ?? '127.0.0.1',
    port: fromEnv.port ?? values.http?.port ?? 8080,
    publicUrl: values.http?.publicUrl ?? null,
    ...(values.http?.auditToken === undefined ? {} : { auditToken: values.http.auditToken }),
  };
  const irc = (values.irc ?? []).map(ircNetwork);
  const pools = Object.entries(values.pools ?? {}).map(
    ([pool, config]): PoolConfig => poolConfig(pool, config),
  );
  if (pools.length === 0) pools.push({ pool: 'lab', provider: 'lab', nodes: 6, heavySlots: labHeavySlots() });
  for (const warning of riskWarnings(http, irc, pools, slack.config, discord.config)) warnings.add(warning);
  return {
    file: read.file,
    data: fromEnv.data === null ? (values.data ?? join(cwd, 'data')) : resolve(cwd, fromEnv.data),
    http,
    console: values.console ?? true,
    irc,
    ...(slack.config ? { slack: slack.config } : {}),
    ...(discord.config ? { discord: discord.config } : {}),
    // Whoever sits at the terminal owns the process, and so everything it may do.
    admins: [...new Set([...(values.admins ?? []), LOCAL_TERMINAL])],
    pools,
    ...(values.keep ? { keep: values.keep } : {}),
    blueprints: read.blueprints ?? [],
    policy: policyOf(values),
    databaseUrl: fromEnv.databaseUrl,
    redisUrl: fromEnv.redisUrl,
    logLevel: fromEnv.logLevel ?? 'info',
    warnings: [...warnings],
  };
}

/** Where people reach the pages: what is configured, or else the address that is listened on. */
export function publicUrlOf(http: HttpConfig, boundPort: number): string {
  if (http.publicUrl !== null) return http.publicUrl;
  const isEverywhere = http.host === '0.0.0.0' || http.host === '::';
  const host = isEverywhere ? '127.0.0.1' : http.host;
  return `http://${host.includes(':') ? `[${host}]` : host}:${boundPort}`;
}

function shippedBlueprints(): string {
  return join(packageRoot(), 'blueprints');
}

type FileValues = z.output<ReturnType<typeof fileSchema>>;

interface FileRead {
  readonly file: string | null;
  /** Null when there are problems. */
  readonly values: FileValues | null;
  readonly problems: readonly string[];
  /** Folders; null where the file does not tell. */
  readonly blueprints: readonly string[] | null;
}

function readFile(
  asked: string | undefined,
  env: NodeJS.ProcessEnv,
  cwd: string,
  warn: (warning: string) => void,
): FileRead {
  const shown = asked ?? DEFAULT_FILE;
  const file = resolve(cwd, shown);
  const failed = (problems: readonly string[], blueprints: readonly string[] | null = null): FileRead => ({
    ...{ file, values: null, problems, blueprints },
  });
  let text = '';
  let fileIsOpen = false;
  const why = reasonOf(() => {
    text = readFileSync(file, 'utf8');
    fileIsOpen = isOpen(file);
  });
  if (why === 'there is none' && asked === undefined)
    return { file: null, values: {}, problems: [], blueprints: [shippedBlueprints()] };
  if (why !== null) return failed([`${shown}: cannot read the configuration file: ${why}`]);

  const read = readDocument(shown, text);
  if (!read.ok) return failed(read.problems);
  const { document } = read;
  const around = { env, folder: dirname(file), fileIsOpen, warn };
  const parsed = fileSchema(around, shippedBlueprints()).safeParse(document.value);
  const blueprints = foldersIn(document.value, around);
  const problems = document.lines([
    ...(parsed.success ? [] : problemsOf(parsed.error)),
    ...crossChecks(document.value),
  ]);
  if (!parsed.success || problems.length > 0) return failed(problems, blueprints);
  return { file, values: parsed.data, problems, blueprints };
}

/** The folders of blueprints that a file's content names, whatever else is wrong in it; null where these are wrong themselves. */
function foldersIn(content: unknown, around: Surroundings): readonly string[] | null {
  if (!isMap(content)) return null;
  if (content.blueprints === undefined) return [shippedBlueprints()];
  const read = blueprintFolders(around, shippedBlueprints()).safeParse(content.blueprints);
  return read.success ? [...new Set(read.data)] : null;
}

function poolConfig(pool: string, values: NonNullable<FileValues['pools']>[string]): PoolConfig {
  if (values.provider === 'lab') {
    const { suite, cache, zones, layersGb, patience, ...lab } = values;
    return {
      ...{ pool, ...lab, patienceMs: patience },
      ...(zones ? { zones } : {}),
      ...(suite === undefined ? {} : { suite }),
      ...(cache === undefined ? {} : { cache }),
      ...(layersGb === undefined ? {} : { layersGb }),
    };
  }
  const { key, nodes, patience, ...ssh } = values;
  return {
    pool,
    ...ssh,
    patienceMs: patience,
    privateKey: key.text,
    nodes: nodes.map(({ zone, ...node }) => ({ ...node, ...(zone === undefined ? {} : { zone }) })),
  };
}
