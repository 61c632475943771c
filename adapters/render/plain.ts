/**
 * Makes text from anywhere (a person, a node's output) harmless to show: what remains cannot drive a terminal, change
 * colours, hide or reorder what stands beside it, or end a protocol line. Keeps `\n` and `\t`.
 *
 * ANSI colour sequences are dropped, as they carry no meaning; every other control character is replaced by its
 * visible picture (`\x1b` becomes `␛`), so that nobody is shown less than what was there. NUL is dropped.
 */
export function plain(text: string): string {
  return text
    .replace(ANSI_COLOUR, '')
    .replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n')
    .replace(INVISIBLE, '')
    .replace(LONE_SURROGATE, '\ufffd')
    .replace(CONTROL, picture);
}

/** The same on one line: line breaks and tabs become single spaces. */
export function plainLine(text: string): string {
  return plain(text)
    .replace(/[\n\t]+/g, ' ')
    .trim();
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is the purpose
const ANSI_COLOUR = /(?:\x1b\[|\x9b)[0-9;:]*m/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is the purpose
const CONTROL = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;
/** NUL, and the marks that reorder the text around them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is the purpose
const INVISIBLE = /[\x00\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const LONE_SURROGATE = /\p{Surrogate}/gu;

function picture(control: string): string {
  const code = control.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '\u2421' : '\ufffd';
}
