/** Less than this is told as being in step: nothing that people deploy minds it. */
const IN_STEP_MS = 1_000;

/**
 * How far a node's clock is from ours. It was read some time between our question and its answer, so that the offset is known
 * to half of that: `in step`, or `+3600.2 s (to 0.1 s)`. All in ms.
 */
export function clockOffset(clock: number, asked: number, answered: number): string {
  const least = clock - answered;
  const most = clock - asked;
  if (least <= IN_STEP_MS && most >= -IN_STEP_MS) return 'in step';
  const offset = (least + most) / 2 / 1000;
  return `${offset > 0 ? '+' : '−'}${Math.abs(offset).toFixed(1)} s (to ${((most - least) / 2 / 1000).toFixed(1)} s)`;
}

/** Two clocks that are wrong by the same, as far as can be told, are no difference. */
export function comparedOffset(offset: string): string {
  const seconds = /^([+−])([\d.]+) s/.exec(offset);
  return seconds ? `${seconds[1]}${Math.round(Number(seconds[2]) / 10) * 10} s` : offset;
}
