import type { Api } from './api.ts';

const MOST_NAMES = 5_000;

/** People's real names: looked up once, and never waited for longer than `patience` ms, as a name proves nothing anyway. */
export function knowPeople(api: Api, patience: number) {
  const names = new Map<string, string>();
  const asked = new Map<string, Promise<string | null>>();

  async function ask(user: string): Promise<string | null> {
    const answer = await api
      .call('users.info', `looking up ${user}`, (client) => client.users.info({ user }))
      .catch(() => null);
    const { profile, real_name, name } = answer?.user ?? {};
    const found = [profile?.real_name, real_name, profile?.display_name, name].find((each) => each?.trim());
    if (found === undefined) return null;
    const oldest = names.keys().next().value;
    if (names.size >= MOST_NAMES && oldest !== undefined) names.delete(oldest);
    names.set(user, found.trim());
    return found.trim();
  }

  return {
    /** `otherwise` while Slack does not tell. */
    nameOf(user: string, otherwise = user): string | Promise<string> {
      const known = names.get(user);
      if (known !== undefined) return known;
      let answer = asked.get(user);
      if (!answer) {
        answer = ask(user).finally(() => asked.delete(user));
        asked.set(user, answer);
      }
      return new Promise((resolve) => {
        const late = setTimeout(() => resolve(otherwise), patience);
        answer.then((name) => {
          clearTimeout(late);
          resolve(name ?? otherwise);
        });
      });
    },
  };
}

export type People = ReturnType<typeof knowPeople>;
