/** Lines of output as text; bytes that are not UTF-8 become `\xNN`, NUL goes. */
export function* linesOf(output: Buffer | string): Generator<string> {
  const bytes = typeof output === 'string' ? Buffer.from(output) : output;
  const strict = new TextDecoder('utf-8', { fatal: true });
  for (let start = 0; start < bytes.length; ) {
    const found = bytes.indexOf(10, start);
    const end = found === -1 ? bytes.length : found;
    const line = bytes.subarray(start, end);
    start = end + 1;
    let text: string;
    try {
      text = strict.decode(line);
    } catch {
      text = line.toString('latin1').replace(/[\x80-\xff]/g, (c) => `\\x${c.charCodeAt(0).toString(16)}`);
    }
    yield text.replaceAll('\0', '').replace(/\r$/, '');
  }
}
