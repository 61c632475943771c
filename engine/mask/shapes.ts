import { exactly, inAnyCase, type Pattern } from './finder.ts';

/** A kind of text that is secret by its look. */
interface Shape {
  /**
   * Its group `secret` is what is masked. It may not match a line end, and all that must stand before the secret is bounded,
   * so that a window of a very long line suffices (see `LOOK_AHEAD`).
   */
  readonly form: RegExp;
  /** One of these stands in every match. */
  readonly hints: readonly Pattern[];
}

const WORD = '-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz';
const QUERY_KEYS = ['password', 'passwd', 'token', 'access_token', 'secret', 'apikey', 'api_key'];

const SHAPES: readonly Shape[] = [
  // A private key on one line, its line ends escaped; those on many lines are told by `PEM_BEGIN`.
  {
    form: /(?<secret>-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----[^\r\n]*?-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----)/dg,
    hints: [exactly('PRIVATE KEY-----')],
  },
  // scheme://user:password@host
  {
    form: /:\/\/[^\0- :/@"'<>]{0,256}:(?<secret>[^\0- /"'<>]+)@/dg,
    hints: [exactly('://')],
  },
  {
    form: /[?&](?:password|passwd|token|access_token|secret|api_?key)=(?<secret>[^ \t\r\n&"'<>]+)/dgi,
    hints: QUERY_KEYS.map((key) => ['?&', ...inAnyCase(`${key}=`)]),
  },
  {
    form: /authorization["']?[ \t]{0,8}[:=][ \t]{0,8}["']?(?:bearer|basic|token)[ \t]{1,8}(?<secret>[^ \t\r\n"'<>,]+)/dgi,
    hints: [inAnyCase('authorization')],
  },
  {
    form: /x-(?:auth|subject|service|storage)-token["']?[ \t]{0,8}[:=][ \t]{0,8}["']?(?<secret>[^ \t\r\n"'<>,]+)/dgi,
    hints: ['auth', 'subject', 'service', 'storage'].map((kind) => inAnyCase(`x-${kind}-token`)),
  },
  // Keystone's fernet tokens.
  { form: /(?<secret>gAAAA[A-Za-z0-9_-]{60,}={0,2})/dg, hints: [exactly('gAAAA')] },
  // AWS: key id, and the key where it is named.
  { form: /(?<secret>(?:AKIA|ASIA)[A-Z0-9]{16})/dg, hints: [exactly('AKIA'), exactly('ASIA')] },
  {
    form: /aws_secret_access_key["']?[ \t]{0,8}[:=][ \t]{0,8}["']?(?<secret>[A-Za-z0-9/+=]{40,})/dgi,
    hints: [inAnyCase('aws_secret_access_key')],
  },
  // GitHub, Slack, Discord.
  { form: /(?<secret>gh[pousr]_[A-Za-z0-9]{36,})/dg, hints: [['g', 'h', 'pousr', '_']] },
  { form: /(?<secret>github_pat_[A-Za-z0-9_]{22,})/dg, hints: [exactly('github_pat_')] },
  { form: /(?<secret>xox[a-z]-[A-Za-z0-9-]{10,})/dg, hints: [exactly('xox')] },
  { form: /(?<secret>xapp-\d-[A-Za-z0-9-]{10,})/dg, hints: [exactly('xapp-')] },
  {
    form: /hooks\.slack\.com\/services\/(?<secret>[A-Za-z0-9/_-]{10,})/dg,
    hints: [exactly('hooks.slack.com/services/')],
  },
  {
    form: /(?<secret>[MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,})/dg,
    hints: [['.', WORD, WORD, WORD, WORD, WORD, WORD, '.']],
  },
  // JSON web tokens.
  {
    form: /(?<secret>eyJ[A-Za-z0-9_-]{8,400}\.eyJ[A-Za-z0-9_-]{4,2000}\.[A-Za-z0-9_-]+)/dg,
    hints: [exactly('eyJ')],
  },
];

/** One of these stands in everything that {@link findShapes} finds, and where a private key begins. */
export const HINTS: readonly Pattern[] = SHAPES.flatMap(({ hints }) => hints);

/** A shape that begins anywhere is known for one within so many characters. */
export const LOOK_AHEAD = 4096;

export const PEM_BEGIN = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----/;
export const PEM_END = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----/;

/** A line that can stand inside a private key: base64 with whatever a log puts before it, a header, nothing. */
export function isKeyLine(line: string): boolean {
  return /[A-Za-z0-9+/]{20,}/.test(line) || !/[A-Za-z]{2,} +[A-Za-z]{2,}/.test(line);
}

/** Something to mask: `from` to `to`. It is known for one only together with what stands before it, from `start`. */
export interface Find {
  readonly start: number;
  readonly from: number;
  readonly to: number;
}

/** All places in `text` that look secret. In no order; they may overlap. */
export function findShapes(text: string): Find[] {
  const finds: Find[] = [];
  for (const { form } of SHAPES) {
    for (const match of text.matchAll(form)) {
      const [from, to] = match.indices?.groups?.secret ?? [match.index, match.index + match[0].length];
      finds.push({ start: match.index, from, to });
    }
  }
  return finds;
}
