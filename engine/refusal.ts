/** What was asked cannot be done as things are. Nothing was changed; `hint` says what to type instead. */
export class Refusal extends Error {
  readonly hint: string | null;
  constructor(message: string, hint: string | null = null) {
    super(message);
    this.name = 'Refusal';
    this.hint = hint;
  }
}

/** A command is about an environment that is not there. */
export function noEnvironment(name: string): Refusal {
  return new Refusal(`there is no environment ${name}`, 'envs lists them');
}

/** An environment stands on a pool that is not in the configuration any more: nobody would ever do anything on its nodes. */
export function poolTakenOut(environment: string, pool: string): Refusal {
  return new Refusal(
    `${environment} stands on pool ${pool}, which is not configured any more`,
    `put ${pool} back under pools: in deployday.yaml and start anew; then, to be rid of it: destroy ${environment}`,
  );
}
