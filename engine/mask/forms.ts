/** What is shorter would be found everywhere. */
const SHORTEST = 4;
/** A line of a secret of many lines that is shorter is likely a bracket or a word. */
const SHORTEST_LINE = 8;

/**
 * Every form in which the secrets may turn up in output: as they are, in base64 (alone or inside a longer text), URL-encoded,
 * as a JSON string, quoted for a shell. Bytes as latin1 text; no form has a line end in it.
 */
export function secretForms(secrets: readonly string[]): string[] {
  const forms = new Set<string>();
  for (const secret of secrets) {
    const lines = secret.split(/[\r\n]+/);
    const shortest = lines.length > 1 ? SHORTEST_LINE : SHORTEST;
    for (const line of lines) {
      // Stars are what we write ourselves.
      if (line.length < shortest || /^\**$/.test(line)) continue;
      const bytes = Buffer.from(line);
      for (const form of [line, JSON.stringify(line).slice(1, -1), ...shellForms(line)]) {
        forms.add(Buffer.from(form).toString('latin1'));
      }
      for (const form of [...base64Forms(bytes), ...urlForms(bytes)]) forms.add(form);
    }
  }
  return [...forms].filter((form) => form.length >= SHORTEST);
}

/** The characters that do not depend on what stands before and after the bytes, for each of the three ways to be aligned. */
function base64Forms(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const first = Math.ceil((before * 8) / 6);
    const last = Math.floor(((before + bytes.length) * 8) / 6);
    const inner = text.slice(first, last);
    // Four characters are three bytes: too little to tell a secret by.
    if (inner.length < 5) return [];
    return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

/** Between single quotes as `set -x` and as Python write it, between double quotes, and without any (bash's `%q`). */
function shellForms(text: string): string[] {
  return [
    text.replaceAll("'", `'\\''`),
    text.replaceAll("'", `'"'"'`),
    text.replace(/[\\"$`]/g, '\\$&'),
    text.replace(/[^\w@%+=:,./\u0080-\uffff-]/g, '\\$&'),
  ];
}

/** As curl, browsers, JavaScript and Python write it. */
function urlForms(bytes: Buffer): string[] {
  const kept = [/[A-Za-z0-9_.~-]/, /[A-Za-z0-9_.~/-]/, /[A-Za-z0-9_.!~*'()-]/];
  return kept.flatMap((plain) => {
    const parts = [...bytes.toString('latin1')].map((c) =>
      plain.test(c) ? c : `%${c.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`,
    );
    const upper = parts.join('');
    const lower = parts.map((part) => (part.length > 1 ? part.toLowerCase() : part)).join('');
    return [upper, lower].flatMap((form) => [form, form.replaceAll('%20', '+')]);
  });
}
