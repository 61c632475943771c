/** One shell word, whatever the text holds (but NUL). */
export const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/**
 * A tag for shell programs: backslashes are the shell's own, but for `\$` before a brace. Comments and indentation are left
 * out, because they would be sent and read anew with every connection.
 */
export const shell = ({ raw }: TemplateStringsArray) =>
  raw
    .join('')
    .replaceAll('\\$', '$')
    .replace(/^\s*#.*\n/gm, '')
    .replace(/^\s+/gm, '');
