import { expect, test } from 'vitest';
import type { Command } from '../../../bot/command/command.ts';
import { parse } from '../../../bot/command/parse.ts';

const context = { environments: ['ex', 'demo'], blueprints: ['hello', 'essex'], pools: ['lab'] };

const provision = { verb: 'provision', blueprint: null, pool: null, settings: {}, plan: false } as const;
const logs = { verb: 'logs', environment: 'ex', node: null, step: null, tail: null } as const;
const run = { verb: 'run', environment: 'ex', target: null } as const;

const GOOD: readonly [line: string, command: Command][] = [
  ['help', { verb: 'help', topic: null }],
  ['?', { verb: 'help', topic: null }],
  ['help provision', { verb: 'help', topic: 'provision' }],
  ['HELP Provision', { verb: 'help', topic: 'provision' }],
  ['verify --help', { verb: 'help', topic: 'verify' }],
  ['verify ex -h', { verb: 'help', topic: 'verify' }],
  ['verify ?', { verb: 'help', topic: 'verify' }],
  ['verify —help', { verb: 'help', topic: 'verify' }],
  ['run --help', { verb: 'help', topic: 'run' }],
  ['run ex --help', { verb: 'help', topic: 'run' }],
  ['whoami', { verb: 'whoami' }],
  ['  WhoAmI  ', { verb: 'whoami' }],
  ['envs', { verb: 'envs' }],
  ['pool', { verb: 'pool', pool: null }],
  ['pool lab', { verb: 'pool', pool: 'lab' }],
  ['blueprints', { verb: 'blueprints', name: null }],
  ['blueprints essex', { verb: 'blueprints', name: 'essex' }],
  ['provision ex', { ...provision, environment: 'ex' }],
  ['provision 2nd', { ...provision, environment: '2nd' }],
  ['provision new from hello', { ...provision, environment: 'new', blueprint: 'hello' }],
  ['provision new FROM hello PLAN', { ...provision, environment: 'new', blueprint: 'hello', plan: true }],
  ['provision new plan from hello', { ...provision, environment: 'new', blueprint: 'hello', plan: true }],
  [
    'provision size=mini new from essex',
    { ...provision, environment: 'new', blueprint: 'essex', settings: { size: 'mini' } },
  ],
  [
    'provision ex from essex pool=lab size=mini compute=3 plan',
    {
      ...provision,
      environment: 'ex',
      blueprint: 'essex',
      pool: 'lab',
      settings: { size: 'mini', compute: '3' },
      plan: true,
    },
  ],
  ['provision ex motd="two words"', { ...provision, environment: 'ex', settings: { motd: 'two words' } }],
  ['provision ex motd=“two words”', { ...provision, environment: 'ex', settings: { motd: 'two words' } }],
  ['provision ex motd=\'a "b" $c\'', { ...provision, environment: 'ex', settings: { motd: 'a "b" $c' } }],
  ['provision ex "motd=two words"', { ...provision, environment: 'ex', settings: { motd: 'two words' } }],
  ['provision ex “motd=a=b”', { ...provision, environment: 'ex', settings: { motd: 'a=b' } }],
  [
    "provision ex from essex 'mirror=http://x/$(…)' 'Pool=lab'",
    {
      ...{ ...provision, environment: 'ex', blueprint: 'essex', pool: 'lab' },
      settings: { mirror: 'http://x/$(…)' },
    },
  ],
  ['provision ex url=http://h/?a=b', { ...provision, environment: 'ex', settings: { url: 'http://h/?a=b' } }],
  [
    'provision ex motd= from essex',
    { ...provision, environment: 'ex', blueprint: 'essex', settings: { motd: '' } },
  ],
  [
    'provision ex __proto__=x',
    { ...provision, environment: 'ex', settings: JSON.parse('{"__proto__":"x"}') },
  ],
  ['status', { verb: 'status', environment: null }],
  ['status ex', { verb: 'status', environment: 'ex' }],
  ['status “ex”', { verb: 'status', environment: 'ex' }],
  ['status my–env', { verb: 'status', environment: 'my-env' }],
  ['logs ex', logs],
  ['logs\u00a0ex\u202ftail=5', { ...logs, tail: 5 }],
  ['logs ex/controller-1 keystone tail=50', { ...logs, node: 'controller-1', step: 'keystone', tail: 50 }],
  ['logs ex "tail=5"', { ...logs, tail: 5 }],
  ['logs TAIL=5 ex', { ...logs, tail: 5 }],
  ['inspect ex', { verb: 'inspect', environment: 'ex', node: null, topic: null }],
  ['inspect ex/n1 packages', { verb: 'inspect', environment: 'ex', node: 'n1', topic: 'packages' }],
  ['verify ex', { verb: 'verify', environment: 'ex' }],
  ['diff ex', { verb: 'diff', environment: 'ex', other: 'baseline' }],
  ['diff ex baseline', { verb: 'diff', environment: 'ex', other: 'baseline' }],
  ['diff ex demo', { verb: 'diff', environment: 'ex', other: 'demo' }],
  ['snapshot ex before-tuning', { verb: 'snapshot', environment: 'ex', name: 'before-tuning' }],
  ['reset ex', { verb: 'reset', environment: 'ex', snapshot: 'baseline' }],
  ['reset ex to baseline', { verb: 'reset', environment: 'ex', snapshot: 'baseline' }],
  ['reset ex To before', { verb: 'reset', environment: 'ex', snapshot: 'before' }],
  ['destroy ex', { verb: 'destroy', environment: 'ex' }],
  ['cancel ex', { verb: 'cancel', environment: 'ex' }],
  ['run ex -- uname -a', { ...run, script: 'uname -a' }],
  ['run ex/web -- ls', { ...run, target: 'web', script: 'ls' }],
  ['run ex — uname -a', { ...run, script: 'uname -a' }],
  ['run ex – uname –a', { ...run, script: 'uname –a' }],
  ['run ex -- echo "a  b" ‘c’ -- d', { ...run, script: 'echo "a  b" ‘c’ -- d' }],
  ['run ex --\nset -e\nls | wc -l\n', { ...run, script: 'set -e\nls | wc -l\n' }],
  ['run ex --   ls  ', { ...run, script: '  ls  ' }],
  ["run ex -- echo it's", { ...run, script: "echo it's" }],
];

test.each(GOOD)('%j is understood', (line, command) => {
  expect(parse(line, context)).toEqual({ ok: true, command });
});

/** What the message must name, and the line that is suggested. */
const BAD: readonly [line: string, says: RegExp, suggestion: string | null][] = [
  ['', /nothing was typed/, 'help'],
  [' \u00a0 ', /nothing was typed/, 'help'],
  ['"', /quote " is never closed/, 'help'],
  ['-- ls', /missing before --/, 'help'],
  ['status e\0x', /NUL/, 'status ex'],
  ['xyzzy', /no command "xyzzy"/, 'help'],
  ['provison new from essex', /"provison"; did you mean provision/, 'provision new from essex'],
  ['stauts ex', /did you mean status/, 'status ex'],
  ['destory ex', /did you mean destroy/, 'destroy ex'],
  ['stat', /did you mean status/, 'status'],
  ['deploy new from essex', /did you mean provision/, 'provision new from essex'],
  ['rm ex', /did you mean destroy/, 'destroy ex'],
  ['compare ex demo', /did you mean diff/, 'diff ex demo'],
  ['"vrify ex', /never closed/, 'help'],
  ['!status ex', /no command "!status"/, 'status ex'],
  ['/status ex', /no command "\/status"/, 'status ex'],
  ['deployday: status ex', /no command "deployday:"/, 'status ex'],
  ['ex', /"ex" is an environment, not a command/, 'status ex'],
  ['ex logs tail=3', /the command comes first/, 'logs ex tail=3'],
  ['help xyzzy', /no command "xyzzy"/, 'help'],
  ['help snapshto', /"snapshto"; did you mean snapshot/, 'help snapshot'],
  ['help run ex', /"ex" is one word too many for help/, 'help run'],
  ['whoami now', /"now" is one word too many/, 'whoami'],
  ['envs all=1', /envs takes no key=value, so not "all="/, 'envs'],
  ['provision', /needs a name for the environment/, 'provision demo-2'],
  ['provision from essex', /needs a name for the environment before "from"/, 'provision demo-2 from essex'],
  ['provision new essex', /"essex" is one word too many.*after "from"/, 'provision new from essex'],
  ['provision new form essex', /"form".*did you mean "from"/, 'provision new from essex'],
  ['provision new from', /blueprint's name is missing after "from": one of hello, essex/, 'provision new'],
  ['provision new plna', /"plna".*did you mean "plan"/, 'provision new plan'],
  ['provision new --plan', /"--plan".*no options with dashes/, 'provision new plan'],
  ['provision new pool lab', /pool is written pool=/, 'provision new pool=lab'],
  ['provision new pool=', /pool= must not be empty/, 'provision new'],
  ['provision new size = mini', /no spaces around the =/, 'provision new size=mini'],
  ['provision new size= mini', /no spaces around the =/, 'provision new size=mini'],
  ['provision new size =mini', /no spaces around the =/, 'provision new size=mini'],
  ['provison new size = mini', /did you mean provision/, 'provision new size=mini'],
  ['provision new a=1 a=2', /a= is given twice/, 'provision new a=1'],
  ['provision new =3', /the key before "=3" is missing/, 'provision new'],
  ['provision new 1a=3', /"1a" cannot be a key/, 'provision new'],
  ['provision MyEnv', /"MyEnv" cannot be the name of an environment/, 'provision myenv'],
  ['provision "My Env."', /"My Env." cannot be/, 'provision my-env'],
  ['provision baseline', /"baseline" cannot be the name of an environment/, null],
  [`provision ${'a'.repeat(42)}`, /at most 41 characters/, `provision ${'a'.repeat(41)}`],
  ['provision new from Essex', /"Essex" cannot be the name of a blueprint/, 'provision new from essex'],
  ['status "ex', /quote " before "ex" is never closed/, 'status "ex"'],
  ["status 'ex", /quote ' before "ex" is never closed/, "status 'ex'"],
  ['status ex demo', /"demo" is one word too many/, 'status ex'],
  ['status ex -- ls', /status takes nothing after --/, 'status ex'],
  ['status ex,', /"ex," cannot be/, 'status ex'],
  ['logs', /logs needs an environment: one of ex, demo/, null],
  ['logs ex tail 50', /"50".*tail is written tail=N/, 'logs ex tail=50'],
  ['logs ex tail=abc', /tail= must be a whole number from 1 to 500, not "abc"/, 'logs ex'],
  ['logs ex tail=50lines', /not "50lines"/, 'logs ex tail=50'],
  ['logs ex tail=0', /not "0"/, 'logs ex tail=1'],
  ['logs ex tail=99999', /not "99999"/, 'logs ex tail=500'],
  ['timeline tail=101', /from 1 to 100, not "101"/, 'timeline tail=100'],
  ['logs ex tial=5', /no "tial="; did you mean tail=/, 'logs ex tail=5'],
  ['logs ex --tail=5', /write tail=value, without dashes/, 'logs ex tail=5'],
  ['logs ex --tail 5', /no options with dashes/, 'logs ex tail=5'],
  ['logs ex -n 5', /"-n"/, 'logs ex tail=5'],
  ['logs ex "a=b"', /"a=b" cannot be the name of a step/, 'logs ex a-b'],
  ['provision ex "a=1" a=2', /a= is given twice/, 'provision ex "a=1"'],
  ['provision ex "a b=1"', /"a b=1" is one word too many/, 'provision ex from a-b-1'],
  ['provision ex pool=lab "pool=rack"', /pool= is given twice/, 'provision ex pool=lab'],
  ['logs ex/', /node's name is missing after "ex\/"/, 'logs ex'],
  ['logs ex/a/b', /more than one \//, 'logs ex/a'],
  ['logs ex/Node_1', /"Node_1" cannot be the name of a node/, 'logs ex/node-1'],
  ['verify', /verify needs an environment: one of ex, demo/, null],
  ['verify ex now', /"now" is one word too many/, 'verify ex'],
  ['verify ex/n1', /a whole environment.*"ex\/n1"/, 'verify ex'],
  ['diff ex with demo', /"demo" is one word too many/, 'diff ex demo'],
  ['snapshot ex', /needs a name for the snapshot/, 'snapshot ex before'],
  [
    'snapshot ex Before_Tuning',
    /"Before_Tuning" cannot be the name of a snapshot/,
    'snapshot ex before-tuning',
  ],
  ['snapshot ex baseline', /"baseline" cannot be the name of a snapshot/, null],
  ['reset ex baseline', /"baseline".*a snapshot comes after "to"/, 'reset ex to baseline'],
  ['reset ex to', /missing after "to"/, 'reset ex to baseline'],
  ['reset to before', /needs an environment before "to"/, null],
  ['destroy', /destroy needs an environment/, null],
  ['run', /run needs an environment/, null],
  ['run ex', /command to run is missing/, null],
  ['run ex --  ', /command to run is missing/, null],
  ['run ex uname -a', /no -- before "uname"/, 'run ex -- uname -a'],
  ['run ex FOO=1 make', /no -- before "FOO=1"/, 'run ex -- FOO=1 make'],
  ["run ex echo it's", /no -- before "echo"/, "run ex -- echo it's"],
  ['run ex —uname -a', /no -- before "--uname"/, 'run ex -- uname -a'],
  ['run ex ls --help', /no -- before "ls"/, 'run ex -- ls --help'],
  ['run ex web -- ls', /"web" is too much before --/, 'run ex/web -- ls'],
];

test.each(BAD)('%j is answered', (line, says, suggestion) => {
  const parsed = parse(line, context);
  expect(parsed).toMatchObject({ ok: false, problem: { message: expect.stringMatching(says), suggestion } });
});

test('the only environment there is fills the gap', () => {
  const parsed = parse('verify', { ...context, environments: ['ex'] });
  expect(parsed).toMatchObject({
    problem: {
      message: 'verify needs an environment: there is ex',
      suggestion: 'verify ex',
      usage: 'verify <env>',
    },
  });
});

test('the usage is that of the command that was meant', () => {
  expect(parse('verfy', context)).toMatchObject({ problem: { usage: 'verify <env>' } });
  expect(parse('xyzzy', context)).toMatchObject({ problem: { usage: 'help [command]' } });
});
