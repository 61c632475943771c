import {
  type APIApplicationCommand,
  type RESTPostAPIChatInputApplicationCommandsJSONBody,
  Routes,
} from 'discord.js';
import type { Api } from './api.ts';
import { COMMAND } from './menu.ts';

/**
 * Makes the application's command menu the given one. Discord counts and limits registrations, and tells every client of
 * each: one that is there already is left alone, and so are the application's other commands. Returns whether it was changed.
 */
export async function registerMenu(
  api: Api,
  application: string,
  menu: RESTPostAPIChatInputApplicationCommandsJSONBody,
): Promise<boolean> {
  const route = Routes.applicationCommands(application);
  const there = (await api.request({ method: 'Get', route })) as APIApplicationCommand[];
  const ours = there.find(({ name, type }) => name === COMMAND && type === menu.type);
  if (ours && canonical(ours) === canonical(menu)) return false;
  // Replacing all at once would take other commands away; adding one by its name replaces only ours.
  const onlyOurs = there.every((command) => command === ours);
  if (onlyOurs) await api.request({ method: 'Put', route, body: [menu] });
  else await api.request({ method: 'Post', route, body: menu });
  return true;
}

/** What we set of a command, in one order; Discord adds defaults and fields of its own. */
const FIELDS = [
  'type',
  'name',
  'description',
  'required',
  'autocomplete',
  'min_value',
  'max_value',
  'value',
  'choices',
  'options',
  'contexts',
  'integration_types',
] as const;

function canonical(value: unknown): string {
  return JSON.stringify(withoutDefaults(value));
}

function withoutDefaults(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(withoutDefaults);
    // Contexts are a set; options and choices have an order that people see.
    return items.every((item) => typeof item === 'number') ? items.sort() : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  const given = value as Readonly<Record<string, unknown>>;
  return FIELDS.flatMap((field) => {
    const one = given[field];
    const isDefault =
      one === undefined || one === null || one === false || (Array.isArray(one) && one.length === 0);
    return isDefault ? [] : [[field, withoutDefaults(one)]];
  });
}
