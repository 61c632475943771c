import { didYouMean } from '../../engine/blueprint/nearest.ts';
import type { FileProblem } from './document.ts';
import { isMap, NAME } from './fields.ts';
import { policyChecks } from './sessions.ts';

/**
 * What can only be seen by looking at several values. Takes the file's value as it is, whatever else is wrong with it, so that
 * these problems are told together with the others.
 */
export function crossChecks(value: unknown): FileProblem[] {
  if (!isMap(value)) return [];
  return [
    ...sameNetworks(value.irc),
    ...adminNetworks(value.admins, value.irc),
    ...pools(value.pools),
    ...policyChecks(value),
  ];
}

function sameNetworks(irc: unknown): FileProblem[] {
  const networks = items(irc).map((item) => (isMap(item) ? item.network : undefined));
  return repeated(networks).map(({ index, value }) => ({
    path: ['irc', index, 'network'],
    message: `there is another network "${value}": each needs a name of its own`,
  }));
}

function adminNetworks(admins: unknown, irc: unknown): FileProblem[] {
  const known = items(irc).flatMap((item) =>
    isMap(item) && typeof item.network === 'string' ? [item.network] : [],
  );
  return items(admins).flatMap((admin, index) => {
    const network = /^irc:([a-z0-9-]+)\//.exec(String(admin))?.[1];
    if (network === undefined || known.includes(network)) return [];
    const message = `there is no network "${network}" under irc${didYouMean(network, known)}`;
    return [{ path: ['admins', index], message }];
  });
}

function pools(value: unknown): FileProblem[] {
  if (!isMap(value)) return [];
  const names = Object.keys(value);
  if (names.length === 0) return [{ path: ['pools'], message: 'must have one pool or more' }];
  const problems: FileProblem[] = [];
  for (const name of names) {
    if (!NAME.test(name)) {
      const message = 'the name of a pool must be of small letters, digits and -, at most 41 characters';
      problems.push({ path: ['pools', name], message });
    }
    problems.push(...sshNodes(name, value[name]));
  }
  return problems;
}

function sshNodes(pool: string, value: unknown): FileProblem[] {
  if (!isMap(value) || value.provider !== 'ssh') return [];
  const nodes = items(value.nodes).map((node) => (isMap(node) ? node : {}));
  const path = ['pools', pool, 'nodes'];
  const names = repeated(nodes.map((node) => node.name)).map(({ index, value: name }) => ({
    path: [...path, index, 'name'],
    message: `there is another node "${name}" in this pool`,
  }));
  const places = nodes.map(({ address, port = 22 }) =>
    typeof address === 'string' ? `${address}:${port}` : undefined,
  );
  const addresses = repeated(places).map(({ index, value: place }) => ({
    path: [...path, index, 'address'],
    message: `there is another node at ${place} in this pool`,
  }));
  return [...names, ...addresses];
}

function items(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Texts that are there before, with their index. */
function repeated(values: readonly unknown[]): { index: number; value: string }[] {
  return values.flatMap((value, index) =>
    typeof value === 'string' && values.indexOf(value) < index ? [{ index, value }] : [],
  );
}
