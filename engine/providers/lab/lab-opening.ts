type Progress = (line: string) => void;

/** The opening of a lab, once for all who ask for it. */
export interface LabOpening<Lab> {
  /** Opens it, if nobody has yet; after a failure the next who asks tries anew. The first one's `progress` gets what takes long. */
  open(progress: Progress): Promise<Lab>;
  /** The lab once it is open; throws before that. */
  opened(): Lab;
  /** The next `open` begins anew. Resolves to the lab that was open or on the way to it, null if none was or that failed. */
  forget(): Promise<Lab | null>;
}

export function createLabOpening<Lab>(openLab: (progress: Progress) => Promise<Lab>): LabOpening<Lab> {
  let opening: Promise<Lab> | null = null;
  let lab: Lab | null = null;
  return {
    async open(progress) {
      opening ??= openLab(progress).catch((error) => {
        opening = null;
        throw error;
      });
      lab = await opening;
      return lab;
    },

    opened() {
      if (!lab) throw new Error('the lab is not open');
      return lab;
    },

    async forget() {
      const forgotten = opening;
      opening = null;
      return (await forgotten?.catch(() => null)) ?? null;
    },
  };
}
