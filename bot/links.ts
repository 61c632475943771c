/** Addresses of the watch pages. */
export interface Links {
  home(): string;
  environment(name: string): string;
  run(id: number): string;
  /** The page of a session; of one that has ended, under an address that no later one of its name takes. */
  session(session: { id: number; name: string; endedAt: Date | null }): string;
  /** All of what an approval is asked for. */
  approval(id: number): string;
  log(runId: number, filter?: { node?: string | null; step?: string | null }): string;
}

/** `publicUrl`: where people reach the page, with or without a slash at its end. */
export function createLinks(publicUrl: string): Links {
  const base = publicUrl.replace(/\/+$/, '');
  return {
    home: () => `${base}/`,
    environment: (name) => `${base}/environments/${encodeURIComponent(name)}`,
    run: (id) => `${base}/runs/${id}`,
    approval: (id) => `${base}/approvals/${id}`,
    session: ({ id, name, endedAt }) =>
      `${base}/sessions/${encodeURIComponent(name)}${endedAt === null ? '' : `.${id}`}`,
    log(runId, filter = {}) {
      const query = new URLSearchParams();
      if (filter.node) query.set('node', filter.node);
      if (filter.step) query.set('step', filter.step);
      const search = query.toString();
      return `${base}/runs/${runId}/log${search ? `?${search}` : ''}`;
    },
  };
}
