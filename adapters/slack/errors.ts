import { webApi } from '@slack/bolt';
import { SendError } from '../adapter.ts';

const { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError } = webApi;

/** What Slack calls the reason of a refusal (`channel_not_found`); null where it was no refusal of Slack's. */
export function codeOf(error: unknown): string | null {
  if (error instanceof WebAPIPlatformError) return error.data.error;
  return error instanceof SendError ? codeOf(error.cause) : null;
}

/** Slack's reasons to refuse a token whatever is asked for with it, until people have put a good one in its place. */
const LOST_TOKEN = new Set([
  'invalid_auth',
  'not_authed',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'user_removed_from_team',
  'team_disabled',
  'org_login_required',
]);
const TOKEN_PAUSE_MS = 60_000;

/** All reasons to refuse a token: those, and that it may not do what was asked for. */
const REFUSED_TOKEN = new Set([
  ...LOST_TOKEN,
  'not_allowed_token_type',
  'no_permission',
  'missing_scope',
  'access_denied',
  'team_access_not_granted',
]);

export function isRefusedToken(error: unknown): boolean {
  return REFUSED_TOKEN.has(codeOf(error) ?? '');
}

/** We are not in the channel, or it is none that we may see. */
export function isOutside(error: unknown): boolean {
  return ['channel_not_found', 'not_in_channel'].includes(codeOf(error) ?? '');
}

/** The message itself is refused; without blocks it may pass. */
export function isRefusedContent(error: unknown): boolean {
  const codes = ['invalid_blocks', 'invalid_blocks_format', 'msg_blocks_too_long', 'msg_too_long'];
  return codes.includes(codeOf(error) ?? '');
}

/** The thread that it should have gone into is no more, or takes no answers. */
export function isLostThread(error: unknown): boolean {
  const codes = [
    'thread_not_found',
    'invalid_thread_ts',
    'cannot_reply_to_message',
    'restricted_action_non_threadable_channel',
    'restricted_action_thread_locked',
  ];
  return codes.includes(codeOf(error) ?? '');
}

/** Whatever was asked for may have been done all the same: the answer was lost, or Slack broke while doing it. */
export function mayHaveHappened(error: unknown): boolean {
  if (error instanceof SendError) return mayHaveHappened(error.cause);
  if (error instanceof WebAPIHTTPError) return error.statusCode >= 500;
  if (error instanceof WebAPIRequestError) return !NEVER_ARRIVED.test(rootOf(error).code ?? '');
  return ['internal_error', 'fatal_error', 'request_timeout'].includes(codeOf(error) ?? '');
}

const NEVER_ARRIVED = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT)$/;

/** What people can do about Slack's reasons. */
const ADVICE: Readonly<Record<string, string>> = {
  channel_not_found: 'there is no such channel, or the bot is not in it: /invite it there',
  not_in_channel: 'the bot is not in it: /invite it there',
  is_archived: 'the channel is archived',
  restricted_action: 'the workspace lets only some post there',
  cannot_dm_bot: 'a bot cannot be written to',
  user_not_found: 'there is no such user',
  messages_tab_disabled: "the app's messages tab is off: turn it on under App Home",
  message_not_found: 'the message was deleted',
  cant_update_message: 'the message is not the bot’s own',
  edit_window_closed: 'the workspace lets messages be edited for some time only',
};

/** Nothing can be posted to such a channel until people let the bot. */
const LOST_CHANNEL = new Set([
  'channel_not_found',
  'not_in_channel',
  'is_archived',
  'restricted_action',
  'user_not_found',
  'messages_tab_disabled',
]);

/** The message cannot be changed any more; a new one can take its place. */
const LOST_MESSAGE = new Set(['message_not_found', 'cant_update_message', 'edit_window_closed']);

function lostBy(code: string): 'channel' | 'message' | undefined {
  if (LOST_CHANNEL.has(code)) return 'channel';
  return LOST_MESSAGE.has(code) ? 'message' : undefined;
}

/** Passing faults of Slack itself. */
const PASSING = new Set([
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'ratelimited',
  'rate_limited',
  'message_limit_exceeded',
  'team_added_to_org',
]);

/** The failure of a request as what the sender of messages needs to know; `what` says what was tried and where. */
export function sendError(what: string, cause: unknown): SendError {
  if (cause instanceof SendError) return cause;
  const code = codeOf(cause) ?? '';
  const known = { cause, lost: lostBy(code), advice: ADVICE[code] };
  const fail = (why: string, retryable: boolean, retryAfter?: number): SendError =>
    new SendError(`${what}: ${why}`, { ...known, retryable, retryAfter });
  if (cause instanceof WebAPIRateLimitedError) {
    return fail(`Slack asks for a pause of ${cause.retryAfter} s`, true, cause.retryAfter * 1_000);
  }
  if (cause instanceof WebAPIPlatformError) {
    // What was to be said is kept meanwhile, as where Slack is away.
    const mayMend = LOST_TOKEN.has(cause.data.error);
    return fail(
      reason(cause),
      mayMend || PASSING.has(cause.data.error),
      mayMend ? TOKEN_PAUSE_MS : undefined,
    );
  }
  if (cause instanceof WebAPIHTTPError) {
    // Slack refuses by words; a status is that of something in between, or of a Slack that is broken.
    return fail(`Slack answered with HTTP ${cause.statusCode}`, ![400, 413, 414].includes(cause.statusCode));
  }
  return fail(whyUnreachable(cause), true);
}

/** `channel_not_found (…)` and what Slack adds to it. */
function reason({ data }: InstanceType<typeof WebAPIPlatformError>): string {
  const { error, needed, response_metadata: more } = data as typeof data & { needed?: string };
  const advice = REFUSED_TOKEN.has(error)
    ? error === 'missing_scope'
      ? `the app lacks the scope ${needed ?? ''}: add it under OAuth & Permissions and install the app again`
      : 'Slack refuses the token: put a new one into slack.botToken'
    : ADVICE[error];
  const details = more?.messages?.join('; ');
  return [error, ...(advice ? [advice] : []), ...(details ? [details] : [])].join(' – ');
}

/** Why no answer came, in the words of what broke first. */
export function whyUnreachable(error: unknown): string {
  const root = rootOf(error);
  return `Slack cannot be reached: ${root.code ?? root.message}`;
}

/** What broke first, under all that was wrapped around it. `code`: of the operating system or the HTTP client. */
function rootOf(error: unknown): { code?: string; message: string } {
  let root = error;
  while (root instanceof Error && root.cause instanceof Error) root = root.cause;
  const { code, message } =
    root instanceof Error ? (root as NodeJS.ErrnoException) : { message: String(root) };
  return { message, ...(typeof code === 'string' ? { code } : {}) };
}
