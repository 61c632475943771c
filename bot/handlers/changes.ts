import { leaseOf } from '../../db/leases.ts';
import { Refusal } from '../../engine/refusal.ts';
import { mayChange } from '../../sessions/leases.ts';
import { planPreview } from '../replies/plan.ts';
import { started } from '../replies/started.ts';
import { atMinute } from '../replies/words.ts';
import type { Handler, Request, Services } from './handler.ts';

/** Commands that start a run. Each answers at once with what was started; the notifier tells the outcome. */

export const provision: Handler<'provision'> = async (services, request) => {
  const { command, by } = request;
  if (command.plan) return planPreview(command.environment, await services.engine.plan(command));
  await refuseUnlessFree(services, request);
  return started(await services.engine.provision(command, by), command.environment, services.links);
};

export const verify: Handler<'verify'> = async ({ engine, links }, { command, by }) =>
  started(await engine.verify(command.environment, by), command.environment, links);

export const inspect: Handler<'inspect'> = async ({ engine, links }, { command, by }) =>
  started(
    await engine.inspect(command.environment, command.node, command.topic, by),
    command.environment,
    links,
  );

export const diff: Handler<'diff'> = async ({ engine, links }, { command, by }) =>
  started(await engine.diff(command.environment, command.other, by), command.environment, links);

export const snapshot: Handler<'snapshot'> = async (services, request) => {
  await refuseUnlessFree(services, request);
  const { command, by } = request;
  return started(
    await services.engine.snapshot(command.environment, command.name, by),
    command.environment,
    services.links,
  );
};

export const reset: Handler<'reset'> = async (services, request) => {
  await refuseUnlessFree(services, request);
  const { command, by } = request;
  return started(
    await services.engine.reset(command.environment, command.snapshot, by),
    command.environment,
    services.links,
  );
};

export const destroy: Handler<'destroy'> = async (services, request) => {
  await refuseUnlessFree(services, request);
  const { command, by } = request;
  return started(await services.engine.destroy(command.environment, by), command.environment, services.links);
};

export const run: Handler<'run'> = async (services, request) => {
  await refuseUnlessFree(services, request);
  const { command, by } = request;
  return started(
    await services.engine.exec(command.environment, command.target, command.script, by),
    command.environment,
    services.links,
  );
};

export const cancel: Handler<'cancel'> = async (services, request) => {
  await refuseUnlessFree(services, request);
  const asked = await services.engine.cancel(request.command.environment, request.by);
  return { text: `${request.command.environment}: ending "${asked.command}"; its outcome follows` };
};

export const retry: Handler<'retry'> = async (services, request) => {
  await refuseUnlessFree(services, request);
  const { environment } = request.command;
  const run = await services.engine.retry(environment, request.by);
  return { text: `${environment}: going on with "${run.command}" … watch ${services.links.run(run.id)}` };
};

export const resolve: Handler<'resolve'> = async (services, request) => {
  await refuseUnlessFree(services, request);
  const { environment, task, answer } = request.command;
  const tasks = await services.engine.resolve(environment, task, answer, request.by);
  const said = { done: 'taken as done', again: 'to run again', failed: 'taken as failed' }[answer];
  return { text: `${environment}: ${tasks.join(', ')} ${said}` };
};

/** Changing an environment that somebody else holds is refused, with who and until when. */
async function refuseUnlessFree(
  { database }: Services,
  { environment, sender }: Pick<Request, 'environment' | 'sender'>,
): Promise<void> {
  if (!environment) return;
  const decision = mayChange(
    await leaseOf(database.db, environment.id),
    sender.person?.id ?? null,
    new Date(),
  );
  if (decision.allowed) return;
  const because = decision.reason ? ` (${decision.reason})` : '';
  throw new Refusal(
    `${environment.name} is held by ${decision.holder}${because} until ${atMinute(decision.expiresAt)}`,
    `ask ${decision.holder} to hand it over`,
  );
}
