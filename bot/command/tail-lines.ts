/** So many lines `logs` shows: where `tail=` is not given, and at most. More is for the page. */
export const LOG_LINES = { usual: 20, most: 500 } as const;
/** Things that `timeline` shows, likewise. */
export const TIMELINE_LINES = { usual: 15, most: 100 } as const;
