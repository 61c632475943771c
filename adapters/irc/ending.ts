import { type IrcConfig, IrcConfigError } from './config.ts';

/** Why a connection is over. */
export interface Ending {
  /** An {@link IrcConfigError} is what trying again will not mend. */
  readonly error: Error;
  /** What kind of patience it calls for: none, minutes because we come too often, or much because we are not wanted. */
  readonly kind: 'dropped' | 'throttled' | 'refused' | 'banned';
  /** The server said that we sent too much. */
  readonly flooded: boolean;
  /** It may have been dead for a while before that showed. */
  readonly silent?: boolean;
}

// ERROR carries nothing but text. What is not recognised counts as `dropped`, whose pauses grow as well.
const BANNED =
  /\b[a-z][-:]?lined?\b|\b(?:auto-?|a)kill|\bbann?ed\b|\bdnsbl\b|\bblacklist|\bnot (?:welcome|authori[sz]ed)\b/i;
const THROTTLED =
  /\bthrottl|\btoo (?:fast|many|quickly)\b|\b(?:session|clone)s?\b.*\blimit|\bno more connections\b|\bserver (?:is )?full\b|\btry again later\b/i;
const FLOODED = /\bflood|\brecvq\b/i;

/** Reads the last words of a server. */
export function endingOf(lastWords: string): Ending {
  const flooded = FLOODED.test(lastWords);
  const error = new Error(lastWords);
  if (BANNED.test(lastWords)) return { kind: 'banned', error, flooded };
  return { kind: THROTTLED.test(lastWords) ? 'throttled' : 'dropped', error, flooded };
}

/** Names the configuration key where the address itself is wrong. */
export function socketEnding(config: IrcConfig, cause: (Error & { code?: string }) | false): Ending {
  return { kind: 'dropped', error: socketError(config, cause), flooded: false, silent: cause !== false };
}

function socketError(config: IrcConfig, cause: (Error & { code?: string }) | false): Error {
  if (!cause) return new Error('the server hung up');
  if (cause instanceof IrcConfigError) return cause;
  const { code = '', message } = cause;
  const at = `${config.host}:${config.port}`;
  if (code === 'ENOTFOUND')
    return new IrcConfigError(config, 'host', `no such host: ${config.host}`, { cause });
  if (CERTIFICATE.test(code)) {
    return new IrcConfigError(config, 'tlsCa', `${at} shows a certificate we do not trust: ${message}`, {
      cause,
    });
  }
  if (code === 'EPROTO' || code === 'ERR_SSL_WRONG_VERSION_NUMBER') {
    return new IrcConfigError(config, 'tls', `${at} does not speak TLS: ${message}`, { cause });
  }
  return new Error(`${at}: ${message}`, { cause });
}

const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|ERR_TLS_CERT/;
