import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { discordSchema } from './discord.ts';
import { choice, fields, flag, formOf, host, isMap, list, matching, must, name, whole } from './fields.ts';
import { ircSchema } from './irc.ts';
import { file, folder, path, type Surroundings, secret } from './outside.ts';
import { duration, policySchemas } from './sessions.ts';
import { slackSchema } from './slack.ts';
import { DEFAULT_KEEP } from './types.ts';

/** What the configuration file may hold. Reading it reads the files and environment variables that it names. */
export function fileSchema(around: Surroundings, shippedBlueprints: string) {
  return fields({
    data: path(around).optional(),
    http: fields({
      host: host().optional(),
      port: whole(0, 65_535).optional(),
      publicUrl: publicUrl().optional(),
      auditToken: auditToken(around).optional(),
    }).optional(),
    console: flag().optional(),
    irc: ircSchema(around).optional(),
    slack: slackSchema(around).optional(),
    discord: discordSchema(around).optional(),
    admins: list(identity(), 'a list of identities').optional(),
    pools: z.record(z.string(), pool(around), must('a map from names to pools')).optional(),
    keep: fields({
      messageDays: whole(1, 3_650).default(DEFAULT_KEEP.messageDays),
      outputDays: whole(1, 3_650).default(DEFAULT_KEEP.outputDays),
    }).optional(),
    blueprints: blueprintFolders(around, shippedBlueprints).optional(),
    ...policySchemas(),
  });
}

/** One that can be guessed is none. */
function auditToken(around: Surroundings) {
  return secret(around).refine(
    (token) => /^[\x21-\x7e]{16,}$/.test(token),
    must('16 characters or more, without spaces'),
  );
}

function publicUrl() {
  const be = 'a URL such as http://127.0.0.1:8080, without user, password, ? and #';
  return z
    .string(must(be))
    .refine((text) => {
      if (!URL.canParse(text)) return false;
      const url = new URL(text);
      return /^https?:$/.test(url.protocol) && url.username + url.password + url.search + url.hash === '';
    }, must(be))
    .transform((text) => text.replace(/\/+$/, ''));
}

function identity() {
  const be = "a text such as 'irc:NETWORK/ACCOUNT', 'slack:TEAM/USER', 'discord:USER' or 'console:local'";
  return matching(/^(console:local|irc:[a-z0-9-]+\/[^\s/]+|slack:[^\s/]+\/[^\s/]+|discord:[^\s/]+)$/, be);
}

function pool(around: Surroundings) {
  const lab = labPool(around);
  const ssh = sshPool(around);
  const neither = z.object({ provider: choice(['lab', 'ssh']) }, must('a map with provider: lab or ssh'));
  type Pool = z.output<typeof lab> | z.output<typeof ssh>;
  return formOf((value): z.ZodType<Pool> => {
    const provider = isMap(value) ? value.provider : undefined;
    if (provider === 'lab') return lab;
    if (provider === 'ssh') return ssh;
    return neither as never;
  });
}

/** A lab's machine boots within seconds, or not at all. */
const LAB_PATIENCE_MS = 60_000;
/** A server that reboots tests its memory and looks for its disks first. */
const SSH_PATIENCE_MS = 10 * 60_000;

/** Heavy steps of lab machines share this machine's processors. */
export function labHeavySlots(): number {
  return Math.max(2, availableParallelism());
}

function labPool(around: Surroundings) {
  return fields({
    provider: z.literal('lab'),
    nodes: whole(1, 500),
    zones: list(zone(), 'a list of texts').optional(),
    suite: choice(['bookworm', 'trixie']).optional(),
    cache: path(around).optional(),
    layersGb: whole(0, 10_000).optional(),
    heavySlots: whole(1, 1_000).default(labHeavySlots()),
    patience: duration().default(LAB_PATIENCE_MS),
  });
}

/** An availability zone's name. `-` alone stands for none in what scripts get. */
function zone() {
  return matching(/^(?!-$)[^\s:]{1,64}$/, 'a text without spaces and colons: the name of a zone');
}

function sshPool(around: Surroundings) {
  const word = 'a text without spaces';
  const node = fields({
    name: name(),
    address: host(),
    port: whole(1, 65_535).default(22),
    zone: zone().optional(),
    tags: list(matching(/^\S{1,64}$/, word), 'a list of texts').default([]),
  });
  return fields({
    provider: z.literal('ssh'),
    user: matching(/^[A-Za-z_][A-Za-z0-9_.-]{0,31}\$?$/, 'a text: a user name'),
    key: file(around, { secret: true }).superRefine(({ file: at, text }, context) => {
      if (/^-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) return;
      const isPublic = /^(ssh|ecdsa|sk)-/.test(text);
      const message = `${at} is not a private key${isPublic ? ': it is the public one' : ''}`;
      context.addIssue({ code: 'custom', message });
    }),
    hostKeys: hostKeys(around),
    heavySlots: whole(1, 1_000).default(4),
    patience: duration().default(SSH_PATIENCE_MS),
    nodes: list(node, 'a list of nodes').min(1, must('a list of one node or more')),
  });
}

function hostKeys(around: Surroundings) {
  const knownHosts = file(around);
  const firstUse = z.literal('first-use');
  return formOf(
    (value): z.ZodType<z.output<typeof knownHosts> | 'first-use'> =>
      value === 'first-use' ? firstUse : knownHosts,
  );
}

/** By itself, too: where they lie may be right in a file that is wrong elsewhere. */
export function blueprintFolders(around: Surroundings, shipped: string) {
  return list(blueprintFolder(around, shipped), 'a list of folders');
}

function blueprintFolder(around: Surroundings, shipped: string) {
  const own = folder(around);
  const ours = z.literal('shipped').transform(() => shipped);
  return formOf((value): z.ZodType<string> => (value === 'shipped' ? ours : own));
}
