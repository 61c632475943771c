/**
 * Splits a text into pieces of which none is larger than `limit`, as `size` measures them: between lines where it can,
 * else after a space, else between characters. Nothing is dropped but the line breaks (or the space) that it is split at.
 * The size of two lines together must be the sum of their sizes and one, at most.
 */
export function pieces(text: string, limit: number, size: (piece: string) => number): string[] {
  const result: string[] = [];
  let piece: string[] = [];
  let used = 0;
  const end = (): void => {
    if (piece.length > 0) result.push(piece.join('\n'));
    piece = [];
    used = 0;
  };
  for (const line of text.split('\n').flatMap((each) => parts(each, limit, size))) {
    const more = size(line);
    if (piece.length > 0 && used + 1 + more > limit) end();
    used += (piece.length > 0 ? 1 : 0) + more;
    piece.push(line);
  }
  end();
  return result;
}

/** One line, halved until all parts fit. */
function parts(line: string, limit: number, size: (piece: string) => number): string[] {
  if (size(line) <= limit || line.length < 2) return [line];
  const middle = Math.floor(line.length / 2);
  const space = line.lastIndexOf(' ', middle);
  if (space > line.length / 4) {
    return [...parts(line.slice(0, space), limit, size), ...parts(line.slice(space + 1), limit, size)];
  }
  const at = isLowSurrogate(line, middle) ? middle + 1 : middle;
  if (at >= line.length) return [line];
  return [...parts(line.slice(0, at), limit, size), ...parts(line.slice(at), limit, size)];
}

function isLowSurrogate(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xdc00;
}
