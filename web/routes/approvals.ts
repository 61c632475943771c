import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { approvalById } from '../../db/approvals.ts';
import { type Preview, wholeApproval } from '../../sessions/preview.ts';
import type { WebContext } from '../context.ts';
import { approvalParams, read } from '../input.ts';
import { notFound } from '../problem.ts';

/** What somebody wants others to agree to: chat messages cut it, and nobody should agree to what they cannot read. */
export function approvalRoute(app: FastifyInstance, context: WebContext): void {
  app.get(
    '/approvals/:id',
    {
      config: {
        api: {
          summary: 'All of what an approval is asked for: command, steps, nodes',
          params: approvalParams,
          answer: z.string(),
          type: 'text/plain',
        },
      },
    },
    async (request, reply) => {
      const { id } = read(approvalParams, request.params);
      const approval = await approvalById(context.database.db, id);
      if (!approval) throw notFound(`There is no approval ${id}.`, 'approve, in a chat, lists what waits.');
      reply.type('text/plain; charset=utf-8').header('cache-control', 'no-store');
      return wholeApproval({ ...approval, preview: approval.preview as Preview });
    },
  );
}
