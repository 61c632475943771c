/**
 * What a machine printed, as text that is safe to show: in a page, a JSON answer or somebody's terminal. Escape
 * sequences and control characters go (all but tab), so do the marks that reverse reading order; of a line that redraws
 * itself with carriage returns, as progress bars do, the last state stays.
 */
export function plainText(line: string): string {
  const bare = line.replace(ESCAPES, '').replace(/\r+$/, '');
  return bare.slice(bare.lastIndexOf('\r') + 1).replace(INVISIBLE, '');
}

// CSI (colours, cursor) · OSC, DCS, APC, PM, SOS up to their end (titles, links) · two-character escapes; also in 8-bit form.
const ESCAPES =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the point
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?|\x1b[ -/]*[0-~]/g;
const INVISIBLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the point
  /[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
