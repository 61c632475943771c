import { createHash, timingSafeEqual } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type AuditEntry, type AuditFilter, auditAfter } from '../../db/audit.ts';
import type { Queryable } from '../../db/client.ts';
import type { WebContext } from '../context.ts';
import { nameIn, position, read } from '../input.ts';
import { Problem } from '../problem.ts';

const auditQuery = z.strictObject({
  environment: nameIn().optional().describe('Only commands that name this environment'),
  person: nameIn().optional().describe('Only those of this person: a name or an account'),
  since: z.iso.datetime({ offset: true }).optional().describe('Only from then on, ISO 8601'),
  after: position.optional().describe('Only after the row of this id'),
});

const DESCRIPTION = `Every command that was given: who, from which account and channel, when, and what became of it. Not public: asks for the
token of \`http.auditToken\` as \`Authorization: Bearer …\`, and is not there without one.`;

/** The columns, in their order; of CSV and JSON Lines alike. */
const COLUMNS = [
  'id',
  'at',
  'session',
  'channel',
  'identity',
  'display',
  'person',
  'role',
  'verb',
  'command',
  'environment',
  'result',
  'answer',
  'runId',
  'runState',
] as const;

/** The audit, whole, for those who have its token. */
export function auditRoutes(app: FastifyInstance, context: WebContext): void {
  const { db } = context.database;
  for (const { form, type, head, line } of FORMS) {
    app.get(
      `/api/audit.${form}`,
      {
        exposeHeadRoute: false,
        config: {
          api: {
            summary: `The audit as ${form === 'csv' ? 'CSV' : 'JSON Lines'}`,
            description: DESCRIPTION,
            query: auditQuery,
            answer: z.string(),
            type,
            bearer: true,
          },
        },
      },
      async (request, reply): Promise<FastifyReply> => {
        requireToken(request, reply, context.auditToken ?? null);
        const { after = 0, since, ...filter } = read(auditQuery, request.query);
        const wanted = { ...filter, ...(since === undefined ? {} : { since: new Date(since) }) };
        reply.headers({
          'content-type': `${type}; charset=utf-8`,
          'cache-control': 'no-store',
          'content-disposition': `attachment; filename="audit.${form}"`,
        });
        return reply.send(Readable.from(lines(db, wanted, after, head, line)));
      },
    );
  }
}

/** Compares digests, so that neither content nor length shows in the time it takes. */
function requireToken({ headers }: FastifyRequest, reply: FastifyReply, token: string | null): void {
  if (token === null) {
    throw new Problem(
      404,
      'off',
      'The audit is not served.',
      'Set http.auditToken in the configuration to have it here.',
    );
  }
  const given = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? '';
  const digest = (text: string) => createHash('sha256').update(text).digest();
  if (timingSafeEqual(digest(given), digest(token))) return;
  reply.header('www-authenticate', 'Bearer realm="audit"');
  throw new Problem(
    401,
    'no-token',
    'The audit asks for its token.',
    'Send it as "Authorization: Bearer <http.auditToken>".',
  );
}

const PAGE = 500;

/** Read page by page: there may be more than fits into memory. */
async function* lines(
  db: Queryable,
  filter: AuditFilter,
  after: number,
  head: string,
  line: (entry: AuditEntry) => string,
): AsyncGenerator<string> {
  if (head) yield head;
  for (let last = after; ; ) {
    const entries = await auditAfter(db, filter, last, PAGE);
    if (entries.length > 0) yield entries.map(line).join('');
    if (entries.length < PAGE) return;
    last = entries.at(-1)?.id ?? last;
  }
}

function cells(entry: AuditEntry): [string, unknown][] {
  return COLUMNS.map((column) => [column, column === 'at' ? entry.at.toISOString() : entry[column]]);
}

/** RFC 4180. What a spreadsheet would take for a formula is shown as text. */
export function csvCell(value: unknown): string {
  const text = value === null || value === undefined ? '' : String(value);
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const FORMS = [
  {
    form: 'jsonl',
    type: 'application/jsonl',
    head: '',
    line: (entry: AuditEntry) => `${JSON.stringify(Object.fromEntries(cells(entry)))}\n`,
  },
  {
    form: 'csv',
    type: 'text/csv',
    head: `${COLUMNS.join(',')}\r\n`,
    line: (entry: AuditEntry) =>
      `${cells(entry)
        .map(([, value]) => csvCell(value))
        .join(',')}\r\n`,
  },
] as const;
