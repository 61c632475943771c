import { z } from 'zod';
import { choice, fields, flag, formOf, host, isMap, list, matching, must, name, whole } from './fields.ts';
import { file, type Surroundings, secret } from './outside.ts';
import type { IrcNetwork } from './types.ts';

/** `irc:` in the file. */
export function ircSchema(around: Surroundings) {
  return list(network(around), 'a list of networks');
}

/** A network as it is in the file, with what follows from it. */
export function ircNetwork(values: z.output<ReturnType<typeof ircSchema>>[number]): IrcNetwork {
  const { tls = { on: true }, sasl, port, colors, ...others } = values;
  return {
    ...others,
    port: port ?? (tls.on ? 6697 : 6667),
    tls: tls.on,
    ...(tls.authority === undefined ? {} : { tlsCa: tls.authority }),
    ...(tls.own === undefined ? {} : { tlsCert: tls.own.cert, tlsKey: tls.own.key }),
    ...(sasl === undefined ? {} : { sasl }),
    ...(colors === undefined ? {} : { colors }),
  };
}

function network(around: Surroundings) {
  const channel = "a text such as '#deploy-day', in quotes (without them # begins a comment)";
  const nick = 'a text: an IRC nick (letters, digits and []\\`_^{|}-, not beginning with a digit)';
  const rate = must('a number above 0, at most 100');
  return fields({
    network: name(),
    host: host(),
    port: whole(1, 65_535).optional(),
    tls: tls(around).optional(),
    nick: matching(/^[A-Za-z[\]\\`_^{|}][A-Za-z0-9[\]\\`_^{|}-]{0,30}$/, nick).default('deployday'),
    channels: list(matching(/^[#&][^\s,\p{Cc}]{1,63}$/u, channel), "a list such as ['#deploy-day']").min(
      1,
      must("a list such as ['#deploy-day'], not empty"),
    ),
    identify: choice(['account', 'nick']).default('account'),
    sasl: sasl(around).optional(),
    linesPerSecond: z.number(rate).positive(rate).max(100, rate).default(1),
    colors: flag().optional(),
  }).superRefine((values, context) => {
    if (values.sasl !== 'external' || values.tls?.own) return;
    const message = "external logs in by the bot's own certificate: set tls: {cert: FILE, key: FILE}";
    context.addIssue({ code: 'custom', message, path: ['sasl'] });
  });
}

function sasl(around: Surroundings) {
  const password = fields(
    {
      account: matching(/^[^\s\p{Cc}]{1,64}$/u, 'a text: the account at the services'),
      password: secret(around),
    },
    { secret: true },
  );
  const external = z.literal('external', must('external, or a map with account, password'));
  return formOf(
    (value): z.ZodType<'external' | z.output<typeof password>> => (isMap(value) ? password : external),
  );
}

function tls(around: Surroundings) {
  const be = 'true, false or {ca: FILE}';
  const files = fields({
    ca: certificate(around).optional(),
    cert: certificate(around).optional(),
    key: privateKey(around).optional(),
  }).transform(({ ca, cert, key }, context): Tls => {
    const problem = (path: string[], message: string): never => {
      context.addIssue({ code: 'custom', message, path });
      return z.NEVER;
    };
    if (cert !== undefined && key === undefined)
      return problem(['cert'], 'needs its private key: set key, too');
    if (key !== undefined && cert === undefined)
      return problem(['key'], 'needs its certificate: set cert, too');
    if (ca === undefined && cert === undefined)
      return problem([], `must be ${be}, or {cert: FILE, key: FILE}`);
    return {
      on: true,
      ...(ca === undefined ? {} : { authority: ca }),
      ...(cert === undefined || key === undefined ? {} : { own: { cert, key } }),
    };
  });
  const plain = z.boolean(must(be)).transform((on): Tls => ({ on }));
  return formOf((value): z.ZodType<Tls> => (isMap(value) ? files : plain));
}

/** All PEM texts. */
interface Tls {
  readonly on: boolean;
  readonly authority?: string;
  /** What the bot shows. */
  readonly own?: { readonly cert: string; readonly key: string };
}

function certificate(around: Surroundings) {
  return file(around).transform(pem(/-----BEGIN CERTIFICATE-----/, 'certificate'));
}

function privateKey(around: Surroundings) {
  return file(around, { secret: true }).transform(pem(/-----BEGIN [A-Z ]*PRIVATE KEY-----/, 'private key'));
}

function pem(pattern: RegExp, what: string) {
  return (read: { file: string; text: string }, context: z.RefinementCtx): string => {
    if (pattern.test(read.text)) return read.text;
    context.addIssue({ code: 'custom', message: `${read.file} holds no ${what} in PEM form` });
    return z.NEVER;
  };
}
