/** Names of what questions are about; see {@link OutgoingMessage.asks}. */
export const askedAbout = {
  approval: (id: number) => `approval:${id}`,
  /** Of a run, whose questions are told apart by the event that each came from; without one, all of them. */
  run: (runId: number, event?: number) => `ask:${runId}${event === undefined ? '' : `:${event}`}`,
};
