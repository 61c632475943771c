/** How much of each work is done. */
export interface Sizes {
  readonly oneCommand: { readonly nodes: number };
  readonly steps: { readonly nodes: number; readonly steps: number };
  readonly lines: { readonly nodes: number; readonly lines: number };
  readonly file: { readonly nodes: number; readonly megabytes: number };
  readonly inspect: { readonly nodes: number };
  readonly scale: { readonly few: number; readonly many: number };
}

/** What the goals are about. */
export const FULL: Sizes = {
  oneCommand: { nodes: 200 },
  steps: { nodes: 50, steps: 20 },
  lines: { nodes: 20, lines: 10_000 },
  file: { nodes: 10, megabytes: 20 },
  inspect: { nodes: 50 },
  scale: { few: 50, many: 500 },
};

export const QUICK: Sizes = {
  oneCommand: { nodes: 12 },
  steps: { nodes: 6, steps: 20 },
  lines: { nodes: 4, lines: 1_000 },
  file: { nodes: 3, megabytes: 2 },
  inspect: { nodes: 6 },
  scale: { few: 4, many: 24 },
};
