/** The script with the blueprint's prelude before it: after its `#!` line, if it has one. */
export function withPrelude(prelude: string, script: string): string {
  if (prelude === '') return script;
  const [, interpreter = '', body = ''] = /^(#![^\n]*(?:\n|$))?([\s\S]*)$/.exec(script) ?? [];
  return `${interpreter}${prelude.replace(/\n?$/, '\n')}${body}`;
}
