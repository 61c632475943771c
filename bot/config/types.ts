import type { Suite } from '../../engine/providers/lab/base-recipe.ts';
import type { Policy } from '../../sessions/policy.ts';

/**
 * Everything that is configured, checked and complete: paths are absolute, secrets are read. Holds secrets: never log it.
 */
export interface Config {
  /** The file that was read; null if there is none. */
  readonly file: string | null;
  /** The data folder; need not exist yet. */
  readonly data: string;
  readonly http: HttpConfig;
  /** The terminal is a channel. */
  readonly console: boolean;
  readonly irc: readonly IrcNetwork[];
  /** Absent: no Slack. */
  readonly slack?: SlackConfig;
  /** Absent: no Discord. */
  readonly discord?: DiscordConfig;
  /** Identities that are admins everywhere; `console:local` is always one. */
  readonly admins: readonly string[];
  /** In the file's order; the first is the default. At least one. */
  readonly pools: readonly PoolConfig[];
  /** What old things are kept for; {@link DEFAULT_KEEP} if absent. */
  readonly keep?: KeepConfig;
  /** Folders of which each subfolder is a blueprint; they exist. */
  readonly blueprints: readonly string[];
  /** Leases, limits and approvals; absent: the usual ones. */
  readonly policy?: Policy;
  /** Null: a private PostgreSQL under `data`. */
  readonly databaseUrl: string | null;
  /** Null: runs are rung for by the database's own notifications. */
  readonly redisUrl: string | null;
  readonly logLevel: LogLevel;
  /** What works but should be known; one line each, for the start. */
  readonly warnings: readonly string[];
}

export interface KeepConfig {
  /** What was said and heard in the chats: to know a redelivered message, and to look into trouble. */
  readonly messageDays: number;
  /** The output of runs, from their end on. */
  readonly outputDays: number;
}

export const DEFAULT_KEEP: KeepConfig = { messageDays: 7, outputDays: 90 };

export interface HttpConfig {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Where people reach the pages, without a slash at its end; null: see `publicUrlOf`. */
  readonly publicUrl: string | null;
  /** Who has it may read the audit over HTTP; absent: nobody may. */
  readonly auditToken?: string;
}

export interface IrcNetwork {
  readonly network: string;
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** PEM text of a certificate authority to trust beside the system's. */
  readonly tlsCa?: string;
  /** PEM texts of the certificate that the bot shows, and its key: both or neither. */
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly nick: string;
  readonly channels: readonly string[];
  readonly identify: 'account' | 'nick';
  /** `external`: by the certificate that the bot shows. */
  readonly sasl?: 'external' | { readonly account: string; readonly password: string };
  readonly linesPerSecond: number;
  /** A coloured sign behind outcomes; true if absent. */
  readonly colors?: boolean;
}

export interface SlackConfig {
  /** `xoxb-…` */
  readonly botToken: string;
  /** `xapp-…`: Socket Mode. One of it and `signingSecret` is there; with both, Socket Mode it is. */
  readonly appToken?: string;
  /** What Slack signs its HTTP requests with. */
  readonly signingSecret?: string;
  /** Ends with a slash. */
  readonly apiUrl: string;
  /** Where to listen for Slack's HTTP requests; absent: on the page's own address. */
  readonly events?: { readonly host: string; readonly port: number };
  /** Socket Mode connections to hold at once. */
  readonly sockets: number;
}

export interface DiscordConfig {
  readonly token: string;
  /** Without the version and a slash at its end. */
  readonly apiUrl: string;
}

export type PoolConfig = LabPoolConfig | SshPoolConfig;

export interface LabPoolConfig {
  /** The pool's name. */
  readonly pool: string;
  readonly provider: 'lab';
  /** The most machines at once. */
  readonly nodes: number;
  /** Availability zones, which the machines are in by turns; none if absent. */
  readonly zones?: readonly string[];
  /** The Debian release that machines run; bookworm if absent. */
  readonly suite?: Suite;
  /** Where base system and packages are kept; the lab's own folder if absent. */
  readonly cache?: string;
  /** GB of layers of cached steps that are kept beside those in use, 20 if absent; 0: none are made. */
  readonly layersGb?: number;
  /** So many heavy steps run at once. */
  readonly heavySlots: number;
  /** How long a node may stay away before its task is broke, in ms; a minute if absent. */
  readonly patienceMs?: number;
}

export interface SshPoolConfig {
  readonly pool: string;
  readonly provider: 'ssh';
  readonly user: string;
  /** PEM or OpenSSH text. */
  readonly privateKey: string;
  /** A known_hosts file and its text, or trust in the key met first. */
  readonly hostKeys: 'first-use' | { readonly file: string; readonly text: string };
  readonly heavySlots: number;
  /** How long a node may stay away before its task is broke, in ms; a minute if absent. */
  readonly patienceMs?: number;
  readonly nodes: readonly SshNodeConfig[];
}

export interface SshNodeConfig {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly zone?: string;
  readonly tags: readonly string[];
}

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
