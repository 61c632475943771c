import {
  RESTJSONErrorCodes as Code,
  DiscordAPIError,
  HTTPError,
  type RateLimitData,
  RateLimitError,
} from 'discord.js';
import { SendError } from '../adapter.ts';

/** What Discord's error codes mean for whoever runs the bot, and what to do. */
const ADVICE: Readonly<Record<number, string>> = {
  [Code.UnknownChannel]: 'the channel is gone, or the bot is not in its server any more',
  [Code.UnknownMessage]: 'the message was deleted',
  [Code.MissingAccess]: 'the bot may not see the channel: allow it View Channel there',
  [Code.MissingPermissions]:
    'the bot lacks a permission: allow it Send Messages, Send Messages in Threads, Embed Links and Attach Files there',
  [Code.CannotSendMessagesToThisUser]: 'this person takes no direct messages from the bot',
  [Code.CannotSendMessagesInNonTextChannel]: 'it is no channel for messages',
  [Code.CannotEditMessageAuthoredByAnotherUser]: 'the message is not ours',
  [Code.InvalidActionOnArchivedThread]: 'the thread is archived: open it again',
  [Code.ThreadLocked]: 'the thread is locked',
};

/** Refusals that pass by themselves. */
const PASSING: readonly number[] = [
  Code.ActionCannotBePerformedDueToSlowmodeRateLimit,
  Code.MaximumNumberOfEditsToMessagesOlderThanOneHourReached,
  Code.APIResourceOverloaded,
];
const PASSES_IN_MS = 30_000;

/** Nothing can be posted to such a channel until people let the bot. */
const LOST_CHANNEL: readonly number[] = [
  Code.UnknownChannel,
  Code.MissingAccess,
  Code.MissingPermissions,
  Code.CannotSendMessagesToThisUser,
  Code.CannotSendMessagesInNonTextChannel,
];
/** The message cannot be changed any more; a new one can take its place. */
const LOST_MESSAGE: readonly number[] = [
  Code.UnknownMessage,
  Code.CannotEditMessageAuthoredByAnotherUser,
  Code.InvalidActionOnArchivedThread,
  Code.ThreadLocked,
];

/** What a failed request means for the message: whether to try again, when, and what to do. Cites no address, which may hold a token. */
export function sendError(where: string, cause: unknown): SendError {
  if (cause instanceof SendError) return cause;
  if (cause instanceof RateLimitError) {
    const retryAfter = longestWait(cause);
    return new SendError(`${where}: Discord asks to wait ${Math.ceil(retryAfter / 1000)} s`, {
      retryable: true,
      retryAfter,
    });
  }
  if (cause instanceof DiscordAPIError) return refused(where, cause);
  if (cause instanceof HTTPError) {
    return new SendError(`${where}: Discord answered ${cause.status} ${cause.message}`, { retryable: true });
  }
  if (cause instanceof TypeError || cause instanceof RangeError) {
    // Our own mistake: trying again would only hold up what comes after it.
    return new SendError(`${where}: the message could not be made: ${cause.message}`, {
      retryable: false,
      cause,
    });
  }
  const { code, message } = cause as NodeJS.ErrnoException;
  return new SendError(`${where}: Discord cannot be reached: ${code ?? message}`, { retryable: true });
}

function refused(where: string, { code, status, message }: DiscordAPIError): SendError {
  if (status === 401) {
    return new SendError(`${where}: Discord does not take discord.token any more`, { retryable: true });
  }
  if (PASSING.includes(Number(code))) {
    return new SendError(`${where}: ${message}`, { retryable: true, retryAfter: PASSES_IN_MS });
  }
  const advice = ADVICE[Number(code)];
  return new SendError(`${where}: Discord refuses it: ${message}${advice ? `; ${advice}` : ''}`, {
    retryable: false,
    lost: lostBy(Number(code)),
    advice,
  });
}

function lostBy(code: number): 'channel' | 'message' | undefined {
  if (LOST_CHANNEL.includes(code)) return 'channel';
  return LOST_MESSAGE.includes(code) ? 'message' : undefined;
}

/** How long a rate limit lasts, in ms: which of its figures says so depends on its kind. */
export function longestWait({ timeToReset, retryAfter, sublimitTimeout }: RateLimitData): number {
  return Math.max(timeToReset, retryAfter, sublimitTimeout, 0);
}

/** Discord's code for the refusal; undefined where there was no answer. */
export function codeOf(error: unknown): number | undefined {
  return error instanceof DiscordAPIError ? Number(error.code) : undefined;
}
