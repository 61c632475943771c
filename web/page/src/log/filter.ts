/** Which part of the output is shown; null: all of it. */
export interface Filter {
  readonly node: string | null;
  readonly step: string | null;
}
