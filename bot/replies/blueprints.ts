import type { OutgoingMessage } from '../../adapters/message.ts';
import type { Blueprint, Param } from '../../engine/blueprint/blueprint.ts';
import { count } from './words.ts';

export function blueprintList(
  blueprints: readonly Blueprint[],
  problems: readonly string[],
): OutgoingMessage {
  const broken = problems.length > 0 ? ` ${count(problems.length, 'mistake')} in others: ${problems[0]}` : '';
  if (blueprints.length === 0) return { text: `There are no blueprints.${broken}` };
  return {
    text: `${blueprints.map((blueprint) => `${blueprint.name}: ${blueprint.summary}`).join('\n')}${broken}`,
    blocks: [
      {
        type: 'table',
        columns: ['blueprint', 'what', 'roles'],
        rows: blueprints.map((blueprint) => [blueprint.name, blueprint.summary, roles(blueprint)]),
      },
      ...(broken ? [{ type: 'text', text: broken.trim() } as const] : []),
    ],
    blocksAre: 'restated',
  };
}

export function blueprintDetails(blueprint: Blueprint): OutgoingMessage {
  const params = Object.entries(blueprint.params);
  const release = blueprint.release ? ` (${blueprint.release})` : '';
  return {
    text:
      `${blueprint.name}${release}: ${blueprint.summary}; ${roles(blueprint)}; ` +
      `${count(blueprint.steps.length, 'step')}, ${count(blueprint.checks.length, 'check')}. ` +
      `To use it: provision <name> from ${blueprint.name}`,
    blocks: [
      ...(params.length > 0
        ? [
            {
              type: 'table',
              columns: ['parameter', 'default', 'meaning'],
              rows: params.map(([name, param]) => [name, usual(param), param.summary]),
            } as const,
          ]
        : []),
      {
        type: 'table',
        columns: ['step', 'on', 'after'],
        rows: blueprint.steps.map((step) => [
          step.id,
          step.on.join(', '),
          [...step.needs, ...(step.after ?? [])].join(', ') || '-',
        ]),
      },
      ...(blueprint.checks.length > 0
        ? [
            {
              type: 'table',
              columns: ['check', 'on', 'what is right'],
              rows: blueprint.checks.map((check) => [check.id, check.on, check.title]),
            } as const,
          ]
        : []),
    ],
  };
}

function usual(param: Param): string {
  if (param.generate !== undefined) return 'generated';
  const choices = param.choices ? ` of ${param.choices.join('|')}` : '';
  return `${param.default ?? 'must be given'}${choices}`;
}

function roles(blueprint: Blueprint): string {
  return Object.entries(blueprint.roles)
    .map(
      ([
        role,
        {
          count: { min, max },
        },
      ]) => `${min === max ? min : `${min}–${max}`} ${role}`,
    )
    .join(' + ');
}
