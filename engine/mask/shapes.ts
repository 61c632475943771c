/**
 * Texts that are secret by their look. In each, the group `secret` is what is masked. None may match a line end, and all that
 * must stand before a secret is bounded, so that a window of a very long line suffices (see `LOOK_AHEAD`).
 */
const SHAPES: readonly RegExp[] = [
  // A private key on one line, its line ends escaped; those on many lines are told by `PEM_BEGIN`.
  /(?<secret>-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----[^\r\n]*?-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----)/dg,
  // scheme://user:password@host
  /:\/\/[^ \t\r\n:/@"'<>]{0,256}:(?<secret>[^ \t\r\n/"'<>]+)@/dg,
  /[?&](?:password|passwd|token|access_token|secret|api_?key)=(?<secret>[^ \t\r\n&"'<>]+)/dgi,
  /authorization["']?[ \t]{0,8}[:=][ \t]{0,8}["']?(?:bearer|basic|token)[ \t]{1,8}(?<secret>[^ \t\r\n"'<>,]+)/dgi,
  /x-(?:auth|subject|service|storage)-token["']?[ \t]{0,8}[:=][ \t]{0,8}["']?(?<secret>[^ \t\r\n"'<>,]+)/dgi,
  // Keystone's fernet tokens.
  /(?<secret>gAAAA[A-Za-z0-9_-]{60,}={0,2})/dg,
  // AWS: key id, and the key where it is named.
  /(?<secret>(?:AKIA|ASIA)[A-Z0-9]{16})/dg,
  /aws_secret_access_key["']?[ \t]{0,8}[:=][ \t]{0,8}["']?(?<secret>[A-Za-z0-9/+=]{40,})/dgi,
  // GitHub, Slack, Discord.
  /(?<secret>gh[pousr]_[A-Za-z0-9]{36,})/dg,
  /(?<secret>github_pat_[A-Za-z0-9_]{22,})/dg,
  /(?<secret>xox[a-z]-[A-Za-z0-9-]{10,})/dg,
  /(?<secret>xapp-\d-[A-Za-z0-9-]{10,})/dg,
  /hooks\.slack\.com\/services\/(?<secret>[A-Za-z0-9/_-]{10,})/dg,
  /(?<secret>[MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,})/dg,
  // JSON web tokens.
  /(?<secret>eyJ[A-Za-z0-9_-]{8,400}\.eyJ[A-Za-z0-9_-]{4,2000}\.[A-Za-z0-9_-]+)/dg,
];

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

/** All places in `text` that look secret, and all where one of `forms` stands. In no order; they may overlap. */
export function findSecrets(text: string, forms: readonly string[]): Find[] {
  const finds: Find[] = [];
  for (const form of forms) {
    for (let from = text.indexOf(form); from !== -1; from = text.indexOf(form, from + 1)) {
      finds.push({ start: from, from, to: from + form.length });
    }
  }
  for (const shape of SHAPES) {
    for (const match of text.matchAll(shape)) {
      const [from, to] = match.indices?.groups?.secret ?? [match.index, match.index + match[0].length];
      finds.push({ start: match.index, from, to });
    }
  }
  return finds;
}
