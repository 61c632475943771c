import { TransportError } from '../transport.ts';

/** What ssh2 and node:net put on their errors. */
interface VendorError extends Error {
  readonly level?: string;
  readonly code?: string | number;
}

/** A failure before the connection was ready, in our words. */
export function connectFault(where: string, user: string, error: unknown): TransportError {
  if (error instanceof TransportError) return error;
  const vendor = error as VendorError;
  const cause = { cause: error };
  if (vendor.level === 'client-authentication' || /privateKey/.test(vendor.message)) {
    const why = /privateKey/.test(vendor.message)
      ? 'the private key cannot be read (is it protected by a passphrase?)'
      : 'the node refused our key';
    const next = `is our public key in ${user}'s authorized_keys on the node?`;
    return new TransportError('auth', `cannot log in on ${where} as ${user}: ${why}; ${next}`, cause);
  }
  if (vendor.level === 'handshake' && /algorithm|format|no matching/i.test(vendor.message)) {
    const message = `cannot reach ${where}: no common SSH algorithm (${vendor.message}); is its sshd very old or restricted?`;
    return new TransportError('unreachable', message, cause);
  }
  return new TransportError('unreachable', `cannot reach ${where}: ${reason(vendor)}`, cause);
}

/** The connection broke while in use. */
export function lostFault(where: string, error: unknown): TransportError {
  const why = error ? ` (${reason(error as VendorError)})` : '';
  return new TransportError('lost', `lost the connection to ${where}${why}; its tasks go on there`, {
    cause: error,
  });
}

function reason(error: VendorError): string {
  switch (error.code) {
    case 'ECONNREFUSED':
      return 'connection refused; is the machine on and its sshd running?';
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'no route to it; is the machine on, and is the address right?';
    case 'ETIMEDOUT':
      return 'no answer; is the machine on, and does a firewall let us through?';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'the name does not resolve; is the address right?';
    case 'ECONNRESET':
    case 'EPIPE':
      return 'the connection was reset';
    default:
      break;
  }
  if (/keepalive timeout/i.test(error.message)) return 'it stopped answering';
  if (/handshake|Connection lost before/i.test(error.message)) {
    return `the SSH handshake was broken off (${error.message}); is that port an sshd, and is it overloaded?`;
  }
  return error.message || String(error.code ?? 'unknown reason');
}
