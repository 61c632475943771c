import { oneSpelling } from '../spelling.ts';
import type { SessionFacts } from './facts.ts';

export interface Gathering {
  readonly total: number;
  readonly organisations: number;
  /** By site, then organisation, each by name; what nobody said stands last, as null. */
  readonly sites: readonly {
    readonly site: string | null;
    readonly people: number;
    readonly organisations: readonly {
      readonly organisation: string | null;
      readonly names: readonly string[];
    }[];
  }[];
  /** `irc`, `slack` …: how many people have an account there. */
  readonly services: readonly { readonly service: string; readonly people: number }[];
}

/** Who took part, from where. Names stand in their own order, not by what anybody did. */
export function gathering(said: SessionFacts['people']): Gathering {
  const organisationOf = oneSpelling(said.map(({ organisation }) => organisation));
  const siteOf = oneSpelling(said.map(({ site }) => site));
  const people = said.map((person) => ({
    ...person,
    organisation: organisationOf(person.organisation),
    site: siteOf(person.site),
  }));
  const services = people.map(
    ({ identities }) => new Set(identities.map((identity) => identity.split(':')[0] ?? '')),
  );
  const named = namesApart(people);
  return {
    total: people.length,
    organisations: new Set(people.flatMap(({ organisation }) => organisation ?? [])).size,
    sites: grouped(people, (person) => person.site).map(([site, here]) => ({
      site,
      people: here.length,
      organisations: grouped(here, (person) => person.organisation).map(([organisation, theirs]) => ({
        organisation,
        names: theirs.map(named),
      })),
    })),
    services: [...new Set(services.flatMap((each) => [...each]))].sort().map((service) => ({
      service,
      people: services.filter((each) => each.has(service)).length,
    })),
  };
}

type Person = SessionFacts['people'][number];

/** Names may be alike, accounts are not: of those who share a name each is told by the services, or else the account, too. */
function namesApart(people: readonly Person[]): (person: Person) => string {
  const services = ({ identities }: Person) =>
    [...new Set(identities.map((identity) => identity.split(':')[0] ?? ''))].join(' and ');
  return (person) => {
    const others = people.filter((other) => other !== person && other.name === person.name);
    if (others.length === 0) return person.name;
    const isAlike = others.some((other) => services(other) === services(person));
    const told = isAlike ? person.identities.join(', ') : `on ${services(person)}`;
    return `${person.name} (${told || 'without an account'})`;
  };
}

function grouped<T>(items: readonly T[], key: (item: T) => string | null): [string | null, T[]][] {
  const groups = new Map<string | null, T[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return [...groups].sort(([a], [b]) => (a === null ? 1 : b === null ? -1 : a.localeCompare(b, 'en')));
}
