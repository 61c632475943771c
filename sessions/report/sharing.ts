/** What happened to leases, approvals, roles and people, in words; null: nothing to tell of afterwards. */
export function sharing(
  kind: string,
  word: (name: string) => string,
): { readonly text: string; readonly lane: 'environment' | 'people' | 'session' } | null {
  const [family, what = ''] = kind.split('.');
  const tell = SENTENCES[`${family}.${what}`];
  if (tell === undefined) return null;
  const lane = family === 'lease' || family === 'approval' ? 'environment' : LANES[kind];
  return { text: tell(word), lane: lane ?? 'session' };
}

const LANES: Readonly<Record<string, 'people'>> = {
  'session.joined': 'people',
  'session.left': 'people',
  'role.granted': 'people',
  'role.revoked': 'people',
  'person.linked': 'people',
};

type Word = (name: string) => string;
const because = (word: Word) => (word('reason') ? `: ${word('reason')}` : '');
const from = (word: Word) => (word('other') ? ` from ${word('other')}` : '');
const origin = (word: Word) => [word('organisation'), word('site')].filter(Boolean).join(', ');

const SENTENCES: Readonly<Record<string, (word: Word) => string>> = {
  'lease.claimed': (word) => `${word('person')} claims it${because(word)}`,
  'lease.released': (word) => `${word('person')} releases it`,
  'lease.expired': (word) => `the time of ${word('person')} is over`,
  'lease.taken-over': (word) => `${word('person')} takes it over${from(word)}${because(word)}`,
  'lease.handed-over': (word) => `${word('person')} has it${from(word)}`,
  'lease.queued': (word) => `${word('person')} waits for it${because(word)}`,
  'lease.turn-passed': (word) => `${word('person')} did not come in time; the turn goes on`,
  'approval.asked': (word) => `approval ${word('approval')} is asked for`,
  'approval.started': (word) => `approval ${word('approval')} is given: ${word('command')}`,
  'approval.rejected': (word) => `approval ${word('approval')} is refused`,
  'approval.expired': (word) => `approval ${word('approval')} has run out: ${word('command')}`,
  'approval.void': (word) => `approval ${word('approval')} is void`,
  'session.started': (word) => `${word('person')} starts ${word('session')}`,
  'session.linked': (word) =>
    `${word('person')} links a channel${word('lane') ? ` for ${word('lane')}` : ''}`,
  'session.ended': (word) => `${word('person')} ends ${word('session')}`,
  'session.joined': (word) => `${word('person')} joins${origin(word) ? ` (${origin(word)})` : ''}`,
  'session.left': (word) => `${word('person')} leaves`,
  'role.granted': (word) => `${word('person')} is ${word('role')} now, says ${word('by')}`,
  'role.revoked': (word) => `the role of ${word('person')} is taken back by ${word('by')}`,
  'person.linked': (word) => `${word('person')} links ${word('identity')}`,
};
