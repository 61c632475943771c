import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { home, modal } from './block-kit.ts';
import { as, json, type Method, method, Refused } from './method.ts';
import type { Workspace } from './workspace.ts';

/** `takeTrigger`: whose trigger it is; good for one view, for a short time. */
export function viewMethods(
  workspace: Workspace,
  takeTrigger: (id: string) => string | null,
): Readonly<Record<string, Method>> {
  return {
    'views.open': method(
      z.strictObject({ trigger_id: z.string(), view: json(z.unknown()) }),
      ({ trigger_id, view }) => {
        const user = takeTrigger(trigger_id);
        if (user === null) throw new Refused('expired_trigger_id');
        const opened = {
          id: `V${randomUUID()}`,
          hash: randomUUID(),
          user,
          view: as(modal, view, 'invalid_arguments'),
        };
        workspace.views.push(opened);
        workspace.changed();
        return { view: { id: opened.id, hash: opened.hash } };
      },
    ),

    'views.update': method(
      z.strictObject({ view_id: z.string(), hash: z.string().optional(), view: json(z.unknown()) }),
      ({ view_id, hash, view }) => {
        const opened = workspace.views.find(({ id }) => id === view_id);
        if (!opened) throw new Refused('not_found');
        if (hash !== undefined && hash !== opened.hash) throw new Refused('hash_conflict');
        Object.assign(opened, { view: as(modal, view, 'invalid_arguments'), hash: randomUUID() });
        workspace.changed();
        return { view: { id: opened.id, hash: opened.hash } };
      },
    ),

    'views.publish': method(
      z.strictObject({ user_id: z.string(), view: json(z.unknown()) }),
      ({ user_id, view }) => {
        workspace.homes.set(user_id, as(home, view, 'invalid_arguments'));
        workspace.changed();
        return { view: { id: `V${user_id}` } };
      },
    ),
  };
}
