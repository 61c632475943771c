import type { Account, Human } from './cast.ts';
import type { Random } from './random.ts';
import type { EnvironmentView, View } from './view.ts';
import { STRANGER } from './voices/irc.ts';
import type { Where } from './voices/voice.ts';

/** What is to be said next, and who says it; `human` is null for a passer-by without an account. */
export interface Line {
  readonly human: Human | null;
  readonly account: Account;
  readonly text: string;
  readonly where?: Where;
}

/** What the choice of the next thing depends on. */
export interface Scene {
  readonly view: View;
  readonly random: Random;
  /** Environments that there are on this day, unless somebody has destroyed them. */
  readonly names: readonly string[];
  /** Those who are not saying something right now. */
  readonly free: readonly Human[];
  readonly identityOf: (account: Account) => string;
}

/** Null: it makes no sense as things stand. */
type Act = (scene: Scene) => Line | null;

/** Somebody says something that fits how the day stands, or does not. */
export function nextLine(scene: Scene): Line | null {
  for (let attempt = 0; attempt < 20; attempt++) {
    const act = weighted(scene.random);
    const line = act(scene);
    if (line) return { ...line, ...whereOf(line, scene.random) };
  }
  return null;
}

/** Some ask in private, and newcomers' questions have a room of their own. */
function whereOf({ where, account }: Line, random: Random): { where: Where } {
  if (where) return { where };
  const isPrivate = random.chance(account.service === 'slack' ? 0.5 : 0.15);
  return { where: isPrivate ? 'private' : 'room' };
}

const anybody: Speak = ({ free, random }) => (free.length === 0 ? null : random.pick(free));
type Speak = (scene: Scene) => Human | null;

/** By one of the human's accounts. */
function by(scene: Scene, human: Human | null, text: string, where?: Where): Line | null {
  if (!human) return null;
  const account = scene.random.chance(0.8) ? human.accounts[0] : scene.random.pick(human.accounts);
  return { human, account, text, ...(where ? { where } : {}) };
}

/** Somebody who is this person to the bot, with the account that is. */
function as(scene: Scene, person: number | null | undefined, text: string): Line | null {
  for (const human of scene.free) {
    const account = human.accounts.find((each) => scene.view.accounts[scene.identityOf(each)] === person);
    if (account && person != null) return { human, account, text };
  }
  return null;
}

const environment = ({ view, random }: Scene): EnvironmentView | null =>
  view.environments.length === 0 ? null : random.pick(view.environments);
const held = ({ view, random }: Scene): EnvironmentView | null => {
  const all = view.environments.filter(({ holder }) => holder !== null);
  return all.length === 0 ? null : random.pick(all);
};
const anywhere =
  (text: (name: string, scene: Scene) => string, who: Speak = anybody): Act =>
  (scene) => {
    const env = environment(scene);
    return env && by(scene, who(scene), text(env.name, scene));
  };
const holders =
  (text: (name: string, scene: Scene) => string): Act =>
  (scene) => {
    const env = held(scene);
    return env && as(scene, env.holder, text(env.name, scene));
  };
const saying =
  (...texts: readonly string[]): Act =>
  (scene) =>
    by(scene, anybody(scene), scene.random.pick(texts));
/** About one of the numbered things of the day. */
const about =
  (of: (view: View) => number, text: (number: number, scene: Scene) => string): Act =>
  (scene) => {
    const count = of(scene.view);
    return count === 0 ? null : by(scene, anybody(scene), text(1 + scene.random.below(count), scene));
  };

const duration = ({ random }: Scene) => random.pick(['', ' for 10m', ' for 25m', ' for 1h', ' for 9h']);
const REASONS = ['trying the paper backend', 'the demo at noon', 'my cat sat on it', 'comparing two shelves'];
const reason = ({ random }: Scene) => (random.chance(0.5) ? ` because ${random.pick(REASONS)}` : '');

const takeTurn: Act = (scene) => {
  const waiting = scene.view.environments.filter(({ holder, queue }) => holder === null && queue.length > 0);
  if (waiting.length === 0) return null;
  const { name, queue } = scene.random.pick(waiting);
  return as(scene, queue[0], `claim ${name}`);
};

const acceptHandoff: Act = (scene) => {
  const offered = scene.view.environments.filter(({ handoff }) => handoff !== null);
  if (offered.length === 0) return null;
  const { name, handoff } = scene.random.pick(offered);
  return as(scene, handoff, `claim ${name}`);
};

const operator: Speak = ({ free, random, view, identityOf }) => {
  const all = free.filter(({ accounts, isHost }) => {
    const role = view.roles[String(view.accounts[identityOf(accounts[0])])];
    return isHost || role === 'operator' || role === 'admin';
  });
  return all.length === 0 ? null : random.pick(all);
};

const decide: Act = (scene) => {
  const { view, random } = scene;
  if (view.approvals.length === 0) return null;
  const { id } = random.pick(view.approvals);
  const who = random.chance(0.75) ? operator(scene) : anybody(scene);
  return by(scene, who, `${random.chance(0.88) ? 'approve' : 'reject'} ${id}`);
};

/** Whoever asked for something that waits for others asks for something else in its place. */
const changePlan: Act = (scene) => {
  const { view, random } = scene;
  if (view.approvals.length === 0) return null;
  const { asker, environment: name, command } = random.pick(view.approvals);
  const [verb = ''] = command.split(' ');
  const other = verb === 'run' ? `run ${name} -- echo changed ${random.below(1_000)}` : `reset ${name}`;
  return as(scene, asker, other);
};

/** Works on what one holds, or on what nobody does. */
const work =
  (text: (name: string, scene: Scene) => string): Act =>
  (scene) => {
    const env = environment(scene);
    if (!env || env.isBusy) return null;
    if (env.holder !== null && scene.random.chance(0.8)) return as(scene, env.holder, text(env.name, scene));
    return by(scene, anybody(scene), text(env.name, scene));
  };

/** What was destroyed is made again. */
const build: Act = (scene) => {
  const missing = scene.names.find((name) => !scene.view.environments.some((each) => each.name === name));
  return missing === undefined ? null : by(scene, operator(scene), `provision ${missing} from shelf`, 'room');
};

/** Somebody ends what goes on: mostly whoever holds it, at times who may not. */
const cancel: Act = (scene) => {
  const busy = scene.view.environments.filter(({ isBusy }) => isBusy);
  if (busy.length === 0) return null;
  const { name, holder } = scene.random.pick(busy);
  if (holder !== null && scene.random.chance(0.7)) return as(scene, holder, `cancel ${name}`);
  return by(scene, anybody(scene), `cancel ${name}`);
};

const GONE_WRONG = ['failed', 'broke', 'cancelled', 'unknown'];
/** What did not get done is gone on with, or looked at for what nobody knows of. */
const mend: Act = (scene) => {
  const wrong = scene.view.environments.filter(({ state, isBusy }) => GONE_WRONG.includes(state) && !isBusy);
  if (wrong.length === 0) return null;
  const { name, holder } = scene.random.pick(wrong);
  const text = scene.random.chance(0.85) ? `retry ${name}` : `resolve ${name} put done`;
  if (holder !== null && scene.random.chance(0.8)) return as(scene, holder, text);
  return by(scene, anybody(scene), text);
};

const ANNOUNCEMENTS = ['announce cake in the Upper Hall', 'announce the key is found'];

const handOver: Act = (scene) => {
  const env = held(scene);
  const other = anybody(scene);
  if (!env || !other) return null;
  return as(scene, env.holder, `handoff ${env.name} ${scene.identityOf(other.accounts[0])}`);
};

/** On Slack a room that is told everything would be told nothing else: a post a second is the most there. */
const setNotify: Act = (scene) => {
  const others = scene.free.filter(({ accounts }) => accounts[0].service !== 'slack');
  const human = others.length === 0 ? null : scene.random.pick(others);
  const text = scene.random.pick(['notify quiet', 'notify normal', 'notify verbose']);
  return human && { human, account: human.accounts[0], text, where: 'room' };
};

const QUESTIONS = ['Which shelf first?', 'Tea or coffee?', 'Who presents?', 'Stop for lunch?'];
const OPTIONS = ['now | later', 'yes | no | whatever', 'red | blue', 'Upper Hall | Lower Hall'];
const TOPICS = [
  'labels that stay',
  'the great shelf off',
  'what the teapot knows',
  'naming of parts',
  'knots',
];

const ACTS: readonly (readonly [weight: number, act: Act])[] = [
  [16, anywhere((name, scene) => `claim ${name}${duration(scene)}${reason(scene)}`)],
  [14, anywhere((name, scene) => `queue ${name}${duration(scene)}${reason(scene)}`)],
  [10, takeTurn],
  [9, holders((name) => `release ${name}`)],
  [6, holders((name, scene) => `extend ${name}${duration(scene)}`)],
  [2, saying('extend', 'release')],
  [6, handOver],
  [6, acceptHandoff],
  [3, anywhere((name) => `handoff ${name} me`)],
  [
    4,
    anywhere(
      (name, scene) => `claim ${name} takeover${reason(scene) || ' because it is needed now'}`,
      operator,
    ),
  ],
  [1, anywhere((name) => `claim ${name} takeover because I am in a hurry`)],
  [3, anywhere((name) => `queue ${name} leave`)],
  [8, work((name, { random }) => `run ${name} -- echo shelf ${random.below(1_000)}`)],
  [2, work((name) => `run ${name} -- cat shelf/nothing`)],
  [5, work((name) => `reset ${name}`)],
  [
    6,
    work(
      (name, { random }) => `provision ${name} label=${random.pick(['jam', 'tea', 'knots', 'wet', 'wet'])}`,
    ),
  ],
  [2, work((name, { random }) => `snapshot ${name} s${random.below(9)}`)],
  [1, work((name) => `promote ${name}`)],
  [4, cancel],
  [8, mend],
  [
    2,
    // None is due within the seconds that a day takes.
    anywhere(
      (name, { random }) =>
        `schedule ${name}${random.pick([' verify every 30m', ' verify every 2h', ' off', ''])}`,
    ),
  ],
  [1, (scene) => by(scene, operator(scene), scene.random.pick(ANNOUNCEMENTS))],
  [1, saying('announce I am new here')],
  [1, work((name) => `destroy ${name}`)],
  [6, build],
  [4, anywhere((name) => `verify ${name}`)],
  [1, anywhere((name) => `inspect ${name}`)],
  [1, anywhere((name) => `diff ${name} baseline`)],
  [6, anywhere((name) => `status ${name}`)],
  [12, decide],
  [2, changePlan],
  [3, saying('approve', 'envs', 'pool', 'who')],
  [3, saying('session', 'whoami', 'pinned', 'timeline', 'audit', 'notify')],
  [2, setNotify],
  [3, saying('leave')],
  [4, saying('join', 'join org="Nobody in Particular"', 'join site="Lower Hall"')],
  [
    5,
    (scene) =>
      by(
        scene,
        anybody(scene),
        `agenda add ${scene.random.pick(TOPICS)} at=${10 + scene.random.below(8)}:00`,
      ),
  ],
  [
    4,
    about(
      ({ topics }) => topics,
      (number, { random }) => `agenda ${random.pick(['vote', 'vote', 'unvote', 'done'])} ${number}`,
    ),
  ],
  [3, saying('note the shelf squeaks', 'note decision: we keep the squeak', 'note somebody brought cake')],
  [3, saying('todo add oil the shelf', 'todo add write the label for me')],
  [
    3,
    about(
      ({ todos }) => todos,
      (number, { random }) => `todo ${random.pick(['take', 'done', 'drop'])} ${number}`,
    ),
  ],
  [
    2,
    (scene) =>
      by(
        scene,
        anybody(scene),
        `vote ${scene.random.pick(QUESTIONS)} | ${scene.random.pick(OPTIONS)} until ${2 + scene.random.below(4)}s`,
      ),
  ],
  [
    8,
    (scene) => {
      const { votes } = scene.view;
      return votes.length === 0
        ? null
        : by(scene, anybody(scene), `vote ${scene.random.pick(votes)} ${scene.random.pick(['a', 'b', 'c'])}`);
    },
  ],
  [1, saying('pin the key hangs behind the door', 'pin lunch is at one')],
  [1, saying('report')],
  [
    2,
    (scene) =>
      by(scene, anybody(scene), scene.random.pick(['help', 'help claim', 'status', 'claim']), 'help'),
  ],
  [1, anywhere((name) => `clame ${name}`)],
  [1, saying('link 22222-33333')],
  [
    2,
    (scene) => {
      const env = environment(scene);
      return (
        env && {
          human: null,
          account: STRANGER,
          text: scene.random.pick([`claim ${env.name}`, `reset ${env.name}`, 'approve 1', 'who']),
          where: 'room',
        }
      );
    },
  ],
  [
    3,
    (scene) => {
      const host = scene.free.find(({ isHost }) => isHost);
      const other = anybody(scene);
      if (!host || !other || other.isHost) return null;
      const account = scene.identityOf(other.accounts[0]);
      return by(
        scene,
        host,
        scene.random.chance(0.7) ? `grant ${account} operator` : `revoke ${account}`,
        'room',
      );
    },
  ],
];

const TOTAL = ACTS.reduce((sum, [weight]) => sum + weight, 0);

function weighted(random: Random): Act {
  let at = random.next() * TOTAL;
  for (const [weight, act] of ACTS) {
    at -= weight;
    if (at < 0) return act;
  }
  return ACTS[0]?.[1] ?? (() => null);
}
