/** An answer of Discord's that refuses something. */
export class Failure extends Error {
  readonly status: number;
  readonly body: object;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: number,
    message: string,
    more: { errors?: object; headers?: Record<string, string> } = {},
  ) {
    super(message);
    this.status = status;
    this.body = { code, message, ...(more.errors ? { errors: more.errors } : {}) };
    this.headers = more.headers ?? {};
  }
}

export const failures = {
  unauthorized: () => new Failure(401, 0, '401: Unauthorized'),
  notFound: () => new Failure(404, 0, '404: Not Found'),
  unknownChannel: () => new Failure(404, 10_003, 'Unknown Channel'),
  unknownMessage: () => new Failure(404, 10_008, 'Unknown Message'),
  unknownInteraction: () => new Failure(404, 10_062, 'Unknown interaction'),
  alreadyAcknowledged: () => new Failure(400, 40_060, 'Interaction has already been acknowledged.'),
  invalidWebhookToken: () => new Failure(401, 50_027, 'Invalid Webhook Token'),
  unknownWebhook: () => new Failure(404, 10_015, 'Unknown Webhook'),
  missingAccess: () => new Failure(403, 50_001, 'Missing Access'),
  missingPermissions: () => new Failure(403, 50_013, 'Missing Permissions'),
  notOurs: () => new Failure(403, 50_005, 'Cannot edit a message authored by another user'),
  emptyMessage: () => new Failure(400, 50_006, 'Cannot send an empty message'),
  tooLarge: () => new Failure(413, 40_005, 'Request entity too large'),
  noHistory: () => new Failure(400, 160_002, 'Cannot reply without permission to read message history'),
  threadExists: () => new Failure(400, 160_004, 'A thread has already been created for this message'),
  /** `path`: where in the body, with dots. */
  invalid(path: string, message: string): Failure {
    const nested = path
      .split('.')
      .reduceRight<object>((inner, key) => ({ [key]: inner }), { _errors: [{ code: 'INVALID', message }] });
    return new Failure(400, 50_035, `Invalid Form Body`, { errors: nested });
  },
};
