import { cited } from '../../engine/cited.ts';
import { planPreview } from '../replies/plan.ts';
import { started } from '../replies/started.ts';
import type { Handler } from './handler.ts';

/** Commands that start a run. Each answers at once with what was started; the notifier tells the outcome. */

export const provision: Handler<'provision'> = async (services, request) => {
  const { command, by } = request;
  if (command.plan) return planPreview(command.environment, await services.engine.plan(command));
  return started(await services.engine.provision(command, by), command.environment, services.links);
};

export const verify: Handler<'verify'> = async ({ engine, links }, { command, by }) =>
  started(await engine.verify(command.environment, by), command.environment, links);

export const repair: Handler<'repair'> = async ({ engine, links }, { command, by }) =>
  started(await engine.repair(command.environment, by), command.environment, links);

export const inspect: Handler<'inspect'> = async ({ engine, links }, { command, by }) =>
  started(
    await engine.inspect(command.environment, command.node, command.topic, by),
    command.environment,
    links,
  );

export const diff: Handler<'diff'> = async ({ engine, links }, { command, by }) =>
  started(await engine.diff(command.environment, command.other, by), command.environment, links);

export const snapshot: Handler<'snapshot'> = async (services, request) => {
  const { command, by } = request;
  return started(
    await services.engine.snapshot(command.environment, command.name, by),
    command.environment,
    services.links,
  );
};

export const promote: Handler<'promote'> = async (services, request) => {
  const { command, by } = request;
  return started(await services.engine.promote(command.environment, by), command.environment, services.links);
};

export const reset: Handler<'reset'> = async (services, request) => {
  const { command, by } = request;
  return started(
    await services.engine.reset(command.environment, command.snapshot, by),
    command.environment,
    services.links,
  );
};

export const destroy: Handler<'destroy'> = async (services, request) => {
  const { command, by } = request;
  return started(await services.engine.destroy(command.environment, by), command.environment, services.links);
};

export const run: Handler<'run'> = async (services, request) => {
  const { command, by } = request;
  return started(
    await services.engine.exec(command.environment, command.target, command.script, by),
    command.environment,
    services.links,
  );
};

export const cancel: Handler<'cancel'> = async (services, request) => {
  const { environment } = request.command;
  const asked = await services.engine.cancel(environment, request.by);
  if (asked.state === 'cancelled')
    return { text: `${environment}: ${cited(asked.command)} had not begun, and does not any more` };
  return { text: `${environment}: ending ${cited(asked.command)}; its outcome follows` };
};

export const retry: Handler<'retry'> = async (services, request) => {
  const { environment } = request.command;
  const run = await services.engine.retry(environment, request.by);
  return {
    text: `${environment}: going on with ${cited(run.command)} … watch ${services.links.run(run.id)}`,
  };
};

export const resolve: Handler<'resolve'> = async (services, request) => {
  const { environment, task, answer } = request.command;
  const tasks = await services.engine.resolve(environment, task, answer, request.by);
  const said = { done: 'taken as done', again: 'to run again', failed: 'taken as failed' }[answer];
  return { text: `${environment}: ${tasks.join(', ')} ${said}` };
};
