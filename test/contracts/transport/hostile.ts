import fc from 'fast-check';

/** Text that a careless shell would trip over; no NUL. */
export const hostileText = () =>
  fc
    .array(
      fc.oneof(fc.constantFrom(...PARTS), fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' })),
      {
        maxLength: 40,
      },
    )
    .map((parts) => Buffer.from(parts.join('').replaceAll('\0', '')).toString('utf8'));

export const variableName = () => fc.stringMatching(/^X_[A-Za-z0-9_]{0,12}$/);

/** Output as bytes, rich in those that shells treat in their own ways. */
export const hostileBytes = () =>
  fc
    .array(
      fc.oneof(
        fc.constantFrom(
          '',
          '\n',
          '\0',
          '\\',
          '\r',
          ' ',
          '\n\n',
          '\x81',
          '\x82',
          '\x84',
          '\x88',
          '\xff',
          "'",
          'ok\n',
        ),
        fc.string({ unit: 'binary-ascii', maxLength: 30 }),
      ),
      { maxLength: 30 },
    )
    .map((parts) => Buffer.from(parts.join(''), 'latin1'));

const PARTS = [
  ...[
    "'",
    '"',
    '`',
    '$(',
    '$HOME',
    ')',
    '\\',
    '\n',
    '\r\n',
    '\t',
    ' ',
    ';',
    '&',
    '|',
    '%s',
    '-n',
    '!',
    '~',
    '*',
    '#',
  ],
  ...['\u0081', '\u0088', '\u0001', '\u007f', "'\\''", '${', '}', 'EOF\n', 'END\n', '😀'],
];
