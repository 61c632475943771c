import type { FormField, Guide } from '../../../adapters/adapter.ts';

const FIELDS: Readonly<Record<string, FormField[]>> = {
  hello: [
    { name: 'greeting', summary: 'what to say', secret: false, initial: 'hello' },
    { name: 'password', summary: 'of the greeter', secret: true },
  ],
  essex: [
    { name: 'size', summary: 'how much of it', secret: false, initial: 'full', choices: ['mini', 'full'] },
  ],
};

/** A guide as the bot's own is shaped: two blueprints, one pool, a picture named `run/1`. */
export const guide: Guide = {
  commands: [
    { verb: 'status', summary: 'how things are', options: [] },
    {
      verb: 'provision',
      summary: 'create an environment',
      options: [
        { name: 'environment', summary: 'its name', required: true, completes: true, join: '{}' },
        { name: 'blueprint', summary: 'the blueprint', required: false, completes: true, join: 'from {}' },
        { name: 'pool', summary: 'the pool', required: false, completes: true, join: 'pool={}' },
        { name: 'settings', summary: 'key=value', required: false, completes: true, join: '{}' },
        {
          name: 'plan',
          summary: 'only show',
          required: false,
          completes: false,
          choices: ['plan'],
          join: '{}',
        },
      ],
    },
  ],
  complete: async (_, option) =>
    option === 'blueprint' ? Object.keys(FIELDS) : option === 'pool' ? ['lab'] : [],
  objection: async () => null,
  blueprintForm: async (blueprint) => FIELDS[blueprint] ?? null,
  home: async (identity) => [
    {
      title: 'Your leases',
      items: [
        {
          text: `Everything of ${identity}`,
          buttons: [{ label: 'Extend', command: 'extend demo', style: 'plain' }],
        },
      ],
    },
  ],
  heardIn: async () => [],
  received: async () => new Set(),
  ownedUp: async () => {},
  picture: async (name) => (name === 'run/1' ? Buffer.from('a picture') : null),
};
