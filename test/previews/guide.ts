import type { Guide } from '../../adapters/adapter.ts';
import { namesFor } from '../../bot/command/complete.ts';
import { findSpec } from '../../bot/command/registry.ts';
import { commandShapes, SETTINGS } from '../../bot/command/shapes.ts';
import { formOf } from '../../bot/guide.ts';
import { settings } from '../../bot/offers.ts';
import { createCatalogue } from '../../engine/catalogue.ts';
import { guideOf } from '../support/discord/guide.ts';
import { homeOfBob } from '../support/replies/home.ts';
import { links } from '../support/replies/runs.ts';

/** The bot's own commands, and what the shipped blueprints ask for; the environments are made up, as there is no database. */
export function createPreviewGuide(picture: Guide['picture']): Guide {
  const catalogue = createCatalogue(['blueprints']);
  return guideOf({
    commands: commandShapes(),
    picture,
    home: async () => homeOfBob(links),
    blueprintForm: async (name) => formOf(await catalogue.get(name)),
    async complete(verb, option, typed, given) {
      if (option === SETTINGS) {
        return given.blueprint === undefined ? [] : settings(await catalogue.get(given.blueprint), typed);
      }
      const argument = findSpec(verb)?.arguments.find(({ name }) => name === option);
      const names = {
        environments: ['demo', 'ex', 'zed'],
        pools: ['lab', 'rack'],
        blueprints: await catalogue.names(),
      };
      const offers = argument ? namesFor(argument, given.environment ?? '', typed, names) : [];
      return offers.filter((offer) => offer.startsWith(typed));
    },
  });
}
