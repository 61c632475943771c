/** What the words after a verb mean, or why they mean nothing; repairs are such words, likeliest first. */
export type Told<Act> =
  | { readonly ok: true; readonly act: Act }
  | { readonly ok: false; readonly message: string; readonly repairs: readonly string[] };
