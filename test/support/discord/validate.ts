import { failures } from './failure.ts';

type Fields = Readonly<Record<string, unknown>>;
type Check = (value: unknown, path: string) => void;

/** Discord's limits on what is sent to it. Stricter than Discord in one thing: fields that it does not know are refused. */
export const check = {
  text:
    (least: number, most: number, pattern?: RegExp): Check =>
    (value, path) => {
      if (typeof value !== 'string') throw failures.invalid(path, 'Not a string');
      if (value.length < least || value.length > most)
        throw failures.invalid(path, `Must be between ${least} and ${most} in length.`);
      if (pattern && !pattern.test(value))
        throw failures.invalid(path, `String value did not match ${pattern}`);
    },
  number:
    (least: number, most: number): Check =>
    (value, path) => {
      if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most)
        throw failures.invalid(path, `Must be a whole number from ${least} to ${most}`);
    },
  flag: ((value, path) => {
    if (typeof value !== 'boolean') throw failures.invalid(path, 'Not a boolean');
  }) satisfies Check,
  oneOf:
    (...values: unknown[]): Check =>
    (value, path) => {
      if (!values.includes(value)) throw failures.invalid(path, `Must be one of ${values.join(', ')}`);
    },
  list:
    (most: number, item: Check, least = 0): Check =>
    (value, path) => {
      if (!Array.isArray(value)) throw failures.invalid(path, 'Not a list');
      if (value.length < least || value.length > most)
        throw failures.invalid(path, `Must be between ${least} and ${most} in length.`);
      for (const [at, each] of value.entries()) item(each, `${path}.${at}`);
    },
  fields:
    (known: Readonly<Record<string, Check>>, required: readonly string[] = []): Check =>
    (value, path) => {
      if (typeof value !== 'object' || value === null) throw failures.invalid(path, 'Not an object');
      const dot = path === '' ? '' : `${path}.`;
      for (const [key, each] of Object.entries(value as Fields)) {
        const of = Object.hasOwn(known, key) ? known[key] : undefined;
        if (!of) throw failures.invalid(`${dot}${key}`, 'Unknown field');
        if (each !== undefined) of(each, `${dot}${key}`);
      }
      for (const key of required) {
        if ((value as Fields)[key] === undefined)
          throw failures.invalid(`${dot}${key}`, 'This field is required');
      }
    },
};

const id = check.text(1, 20, /^\d+$/);
const url = check.text(1, 2_048, /^(https?|attachment):\/\//);

const embed = check.fields({
  title: check.text(1, 256),
  description: check.text(1, 4_096),
  url,
  color: check.number(0, 0xffffff),
  timestamp: check.text(1, 40),
  footer: check.fields({ text: check.text(1, 2_048) }, ['text']),
  image: check.fields({ url }, ['url']),
  author: check.fields({ name: check.text(1, 256), url }, ['name']),
  fields: check.list(
    25,
    check.fields({ name: check.text(1, 256), value: check.text(1, 1_024), inline: check.flag }, [
      'name',
      'value',
    ]),
  ),
});

const button = check.fields(
  {
    type: check.oneOf(2),
    style: check.oneOf(1, 2, 3, 4),
    label: check.text(1, 80),
    custom_id: check.text(1, 100),
    disabled: check.flag,
  },
  ['type', 'style', 'label', 'custom_id'],
);
const rows = check.list(
  5,
  check.fields({ type: check.oneOf(1), components: check.list(5, button, 1) }, ['type', 'components']),
);
const mentions = check.fields({
  parse: check.list(3, check.oneOf('roles', 'users', 'everyone')),
  users: check.list(100, id),
  roles: check.list(100, id),
  replied_user: check.flag,
});
const attachments = check.list(
  10,
  check.fields({ id: check.number(0, 9), filename: check.text(1, 260), description: check.text(1, 1_024) }, [
    'id',
  ]),
);

const EDIT = {
  content: check.text(0, 2_000),
  embeds: check.list(10, embed),
  components: rows,
  allowed_mentions: mentions,
  attachments,
};
/** SUPPRESS_EMBEDS, EPHEMERAL, SUPPRESS_NOTIFICATIONS */
const CREATE = { ...EDIT, flags: check.number(0, (1 << 2) | (1 << 6) | (1 << 12)) };

export const bodies = {
  edit: check.fields(EDIT),
  webhook: check.fields(CREATE),
  create: check.fields({
    ...CREATE,
    nonce: check.text(1, 25),
    enforce_nonce: check.flag,
    message_reference: check.fields({ message_id: id, channel_id: id, fail_if_not_exists: check.flag }, [
      'message_id',
    ]),
  }),
  thread: check.fields(
    { name: check.text(1, 100), auto_archive_duration: check.oneOf(60, 1_440, 4_320, 10_080) },
    ['name'],
  ),
};

/** What holds across the fields of a message. */
export function checkMessage(body: Fields): void {
  const embeds = (body.embeds ?? []) as Fields[];
  const size = embeds.reduce((sum, each) => sum + textIn(each), 0);
  if (size > 6_000) throw failures.invalid('embeds', 'Embed size exceeds maximum size of 6000');
  const ids = ((body.components ?? []) as { components: { custom_id: string }[] }[]).flatMap((row) =>
    row.components.map((component) => component.custom_id),
  );
  if (new Set(ids).size < ids.length)
    throw failures.invalid('components', 'Component custom id cannot be duplicated');
  const named = ((body.attachments ?? []) as { filename: string }[]).map(
    ({ filename }) => `attachment://${filename}`,
  );
  for (const { image } of embeds as { image?: { url: string } }[]) {
    if (image?.url.startsWith('attachment:') && !named.includes(image.url))
      throw failures.invalid('embeds', `There is no ${image.url}`);
  }
}

function textIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return Object.entries(value).reduce((sum, [key, each]) => {
    if (key === 'url') return sum;
    return sum + (typeof each === 'string' ? each.length : textIn(each));
  }, 0);
}
