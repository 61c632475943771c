import { file } from './file.ts';
import { inspect } from './inspect.ts';
import { manyLines } from './lines.ts';
import { oneCommand } from './one-command.ts';
import { scale } from './scale.ts';
import type { WorkPlan } from './site.ts';
import { farSteps, steps } from './steps.ts';

/** In the order in which they are measured. */
export const WORK_PLANS: readonly WorkPlan[] = [oneCommand, steps, manyLines, file, farSteps, inspect, scale];
