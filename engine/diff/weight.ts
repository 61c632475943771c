const TOPIC_WEIGHTS: Readonly<Record<string, number>> = {
  node: 1000,
  settings: 100,
  services: 90,
  packages: 80,
  ports: 70,
  clock: 92,
  sysctl: 65,
  users: 60,
  groups: 58,
  os: 50,
  mounts: 40,
  modes: 35,
  files: 30,
  modules: 20,
};

/** Topics of a blueprint's own are about what it deploys. */
const OWN_TOPIC_WEIGHT = 95;

/** How much a difference is likely to tell someone who looks for the cause of a fault. */
export function weightOf(topic: string, key: string, left: string | null, right: string | null): number {
  const base = Object.hasOwn(TOPIC_WEIGHTS, topic) ? (TOPIC_WEIGHTS[topic] ?? 0) : OWN_TOPIC_WEIGHT;
  // We could not look on one side: this tells of us, not of the node.
  if (left === '(unreadable)' || right === '(unreadable)') return 3;
  if (topic === 'services' && /\bfailed\b/.test(`${left} ${right}`)) return base + 15;
  // There or not there tells more than one version or another.
  const oneSided = left === null || right === null ? 4 : 0;
  // A file that is gone or new, with all of its settings.
  if (
    topic === 'files' &&
    (left === null || right === null) &&
    /\.(conf|ini|cnf|cfg|ya?ml|service|timer|socket)$/.test(key)
  )
    return 85;
  const outsideEtc = topic === 'files' && !key.startsWith('/etc/') ? 5 : 0;
  return base + oneSided + outsideEtc;
}
