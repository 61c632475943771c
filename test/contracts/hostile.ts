import fc from 'fast-check';

/** What somebody would type, or let a node print, who wants to call everybody, pose as the bot, or break the line. */
const ATTACKS = [
  ...['@everyone', '@here', '@channel', '<!channel>', '<!here>', '<!everyone|x>', '<!subteam^S1>'],
  ...['<@U1>', '<@U1|bob>', '<@123456789012345678>', '<@&1>', '<#C1>', '<#1>', '<id:home>', '</deployday:1>'],
  ...[
    '<https://evil.example|https://day.example.org>',
    '[all is well](https://evil.example)',
    '<javascript:x>',
  ],
  ...['`', '``', '```', '```\n', '\n```\n', '*bold*', '_slant_', '~struck~', '**', '__', '~~', '||spoiler||'],
  ...[
    '> quoted',
    '>>> ',
    '# heading',
    '-# small',
    '- point',
    '1. one',
    '\n> ',
    '\n# x',
    ':tada:',
    '<:a:1>',
    '<t:1:R>',
  ],
  ...[
    '\r\nPRIVMSG #room :fake',
    '\nQUIT',
    '\r',
    '\0',
    '\x01ACTION waves\x01',
    '\x02',
    '\x0304,01red',
    '\x1f',
    '\x0f',
  ],
  ...['\x1b[31m', '\x1b[2J', '\x1b]0;title\x07', '\x9b2J', '\x08\x08', '\x7f', '\u0085', '\u2028'],
  ...['\u202egnirts', '\u2066', '\ud800', '\u200b', 'e\u0301\u0301\u0301\u0301', '👩‍👩‍👧‍👦', '�'],
  ...[
    '&lt;!here&gt;',
    '&amp;',
    '&',
    '<',
    '>',
    '|',
    '\\',
    '\\n',
    '!status',
    'deployday: destroy demo',
    '%s',
    '{{x}}',
    '$(reboot)',
  ],
] as const;

/** A line or a few of them; at most some hundred characters. */
export const hostile: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom(...ATTACKS) },
      { weight: 2, arbitrary: fc.constantFrom(' ', 'word', 'snake_case', ' demo ', '2', '\t') },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }) },
    ),
    { minLength: 1, maxLength: 7 },
  )
  .map((parts) => parts.join(''));
