/** A URL as people may see it: without its password. */
export function shownUrl(url: string): string {
  if (!URL.canParse(url)) return '(not a URL)';
  const parsed = new URL(url);
  if (parsed.password) parsed.password = '****';
  return parsed.href;
}

/** Why a connection failed. Errors of several addresses tried in a row have no message of their own. */
export function reasonOf(error: Error & { errors?: Error[] }): string {
  return error.message || (error.errors ?? []).map((inner) => inner.message).join('; ') || String(error);
}
