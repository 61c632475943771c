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
  'person.unlinked': 'people',
};

type Word = (name: string) => string;
const because = (word: Word) => (word('reason') ? `: ${word('reason')}` : '');
const from = (word: Word) => (word('other') ? ` from ${word('other')}` : '');
const until = (word: Word) => (word('until') ? ` until ${word('until').slice(11, 16)} UTC` : '');
/** Numbers that services give to accounts say nothing to people. */
const service = (word: Word) => word('identity').split(':')[0] ?? '';
const origin = (word: Word) => [word('organisation'), word('site')].filter(Boolean).join(', ');

const SENTENCES: Readonly<Record<string, (word: Word) => string>> = {
  'lease.claimed': (word) => `${word('person')} claims it${because(word)}`,
  'lease.extended': (word) => `${word('person')} extends it${until(word)}`,
  'lease.released': (word) => `${word('person')} releases it`,
  'lease.expired': (word) => `the time of ${word('person')} is over`,
  'lease.taken-over': (word) => `${word('person')} takes it over${from(word)}${because(word)}`,
  'lease.handed-over': (word) => `${word('person')} has it${from(word)}`,
  'lease.handoff-offered': (word) => `${word('person')} offers it to ${word('other')}`,
  'lease.handoff-lapsed': (word) => `${word('other')} did not take it; it stays with ${word('person')}`,
  'lease.asked-for': (word) => `${word('asker')} asks ${word('person')} to hand it over`,
  'lease.unqueued': (word) => `${word('person')} waits no more`,
  'lease.turn-offered': (word) => `it is the turn of ${word('person')}`,
  'lease.queued': (word) => `${word('person')} waits for it${because(word)}`,
  'lease.turn-passed': (word) => `${word('person')} did not come in time; the turn goes on`,
  'lease.ended': (word) => `it is destroyed: ${word('person')} holds it no more`,
  'lease.gone': (word) => `it is destroyed: nobody waits for it any more (${word('person')})`,
  'approval.asked': (word) => `approval ${word('approval')} is asked for`,
  'approval.said': (word) =>
    `approval ${word('approval')}: ${word('by')} says ${word('verdict')}, ${word('agreed')} of ${word('needed')} agree`,
  'approval.approved': (word) => `approval ${word('approval')} is given, the last by ${word('by')}`,
  'approval.started': (word) => `approval ${word('approval')} is used: ${word('command')}`,
  'approval.stuck': (word) => `approval ${word('approval')} cannot begin: ${word('why')}`,
  'approval.rejected': (word) =>
    `approval ${word('approval')} is refused${word('by') ? ` by ${word('by')}` : ''}`,
  'approval.expired': (word) => `approval ${word('approval')} has run out: ${word('command')}`,
  'approval.void': (word) => `approval ${word('approval')} is void`,
  'session.started': (word) => `${word('person')} starts ${word('session')}`,
  'session.linked': (word) =>
    `${word('person')} links a channel${word('lane') ? ` for ${word('lane')}` : ''}`,
  'session.unlinked': (word) => `${word('person')} parts a channel from it`,
  'session.ended': (word) => `${word('person')} ends ${word('session')}`,
  'session.joined': (word) => `${word('person')} joins${origin(word) ? ` (${origin(word)})` : ''}`,
  'session.left': (word) => `${word('person')} leaves`,
  'role.granted': (word) => `${word('person')} is ${word('role')} now, says ${word('by')}`,
  'role.revoked': (word) => `the role of ${word('person')} is taken back by ${word('by')}`,
  'person.linked': (word) => `${word('person')} links an account on ${service(word)}`,
  'person.unlinked': (word) => `${word('person')} parts an account on ${service(word)}`,
};
