import type { Step } from './blueprint.ts';
import type { Place } from './source.ts';
import type { Fields } from './values.ts';

/** A step together with where things stand in the file, so that what is wrong between steps can be reported there. */
export interface PlacedStep {
  readonly step: Step;
  readonly place: Place;
  readonly fields: Fields;
  readonly needs: readonly Need[];
  /** The steps that it comes after. */
  readonly after: readonly Need[];
}

/** `here`: only the task on the same node. */
export interface Need {
  readonly id: string;
  readonly place: Place;
  readonly here: boolean;
}
