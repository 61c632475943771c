import type { FormField, Guide } from '../adapters/adapter.ts';
import { channelsHeard, noteRefused, receivedOf } from '../db/received.ts';
import type { Blueprint } from '../engine/blueprint/blueprint.ts';
import type { Gallery } from '../pictures/gallery.ts';
import { commandShapes } from './command/shapes.ts';
import type { Services } from './handlers/handler.ts';
import { homeOf } from './home.ts';
import { objectionTo } from './objection.ts';
import { createOffers, orNull } from './offers.ts';

/** What the services' own menus, forms and pages are filled with. */
export function createGuide(services: Services, pictures: Pick<Gallery, 'png'>): Guide {
  const { catalogue } = services;
  return {
    commands: commandShapes(),
    complete: createOffers(services),
    objection: (line) => objectionTo(services, line),
    async blueprintForm(name) {
      const blueprint = await orNull(catalogue.get(name));
      return blueprint && formOf(blueprint);
    },
    home: (identity) => homeOf(services, identity),
    heardIn: (adapter) => channelsHeard(services.database.db, adapter),
    received: (adapter, ids) => receivedOf(services.database.db, adapter, ids),
    async ownedUp(adapter, messages) {
      const rows = messages.map(({ id, channel }) => ({
        adapter,
        messageId: id,
        channel,
        replyTo: null,
        about: '',
      }));
      if (rows.length > 0) await noteRefused(services.database.db, rows);
    },
    picture: pictures.png,
  };
}

/** The parameters, then how many nodes each role gets where that can be chosen. */
export function formOf(blueprint: Blueprint): FormField[] {
  const params = Object.entries(blueprint.params).map(([name, param]) => ({
    name,
    summary: param.generate === undefined ? param.summary : `${param.summary} (made when left empty)`,
    secret: param.secret,
    ...(param.default === undefined || param.secret ? {} : { initial: param.default }),
    ...(param.choices ? { choices: param.choices } : {}),
  }));
  const roles = Object.entries(blueprint.roles)
    .filter(([, { count }]) => count.min < count.max)
    .map(([name, { count }]) => ({
      name,
      summary: `how many ${name} nodes, ${count.min} to ${count.max}`,
      secret: false,
      initial: String(count.default),
    }));
  return [...params, ...roles];
}
