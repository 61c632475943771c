import { createHmac, randomUUID } from 'node:crypto';

/** What Slack tells an app: an event, a command, or a press, choice or sent form. */
export interface Envelope {
  readonly type: 'events_api' | 'slash_commands' | 'interactive';
  readonly payload: Record<string, unknown>;
  readonly envelope_id: string;
  readonly accepts_response_payload: boolean;
  readonly retry_attempt?: number;
  readonly retry_reason?: string;
}

/** Brings an envelope to the app; resolves to true when the app acknowledged it in time. */
export type Carry = (envelope: Envelope) => Promise<boolean>;

const MOST_RETRIES = 3;

/** Delivers as Slack does: events again when they were not acknowledged, everything else once. */
export function createDelivery(carry: Carry) {
  const under = new Set<Promise<boolean>>();

  async function deliver(type: Envelope['type'], payload: Record<string, unknown>): Promise<boolean> {
    const envelope = {
      type,
      payload,
      envelope_id: randomUUID(),
      accepts_response_payload: type !== 'events_api',
    };
    if (await carry(envelope)) return true;
    if (type !== 'events_api') return false;
    for (let retry = 1; retry <= MOST_RETRIES; retry++) {
      const again = { ...envelope, envelope_id: randomUUID(), retry_attempt: retry, retry_reason: 'timeout' };
      if (await carry(again)) return true;
    }
    return false;
  }

  return {
    deliver(type: Envelope['type'], payload: Record<string, unknown>): Promise<boolean> {
      const delivery = deliver(type, payload);
      under.add(delivery);
      delivery.finally(() => under.delete(delivery));
      return delivery;
    },
    /** The same once more, as if the acknowledgement had got lost. */
    again(payload: Record<string, unknown>): Promise<boolean> {
      return carry({
        type: 'events_api',
        payload,
        envelope_id: randomUUID(),
        accepts_response_payload: false,
        retry_attempt: 1,
        retry_reason: 'timeout',
      });
    },
  };
}

/** Carries by HTTP requests, signed, to the app's request URL. */
export function byHttp(url: string, secret: string, ackWithin: number): Carry {
  return async ({ type, payload, retry_attempt, retry_reason }) => {
    const isJson = type === 'events_api';
    const body = isJson
      ? JSON.stringify(payload)
      : new URLSearchParams(
          type === 'interactive' ? { payload: JSON.stringify(payload) } : (payload as Record<string, string>),
        ).toString();
    const response = await fetch(url, {
      method: 'POST',
      body,
      headers: {
        'content-type': isJson ? 'application/json' : 'application/x-www-form-urlencoded',
        ...signed(secret, body),
        ...(retry_attempt ? { 'x-slack-retry-num': String(retry_attempt) } : {}),
        ...(retry_reason ? { 'x-slack-retry-reason': retry_reason } : {}),
      },
      signal: AbortSignal.timeout(ackWithin),
    }).catch(() => null);
    return response?.ok ?? false;
  };
}

/** The headers that prove that Slack sent this body now. */
export function signed(secret: string, body: string, at = Date.now()): Record<string, string> {
  const seconds = Math.floor(at / 1_000);
  const hash = createHmac('sha256', secret).update(`v0:${seconds}:${body}`).digest('hex');
  return { 'x-slack-request-timestamp': String(seconds), 'x-slack-signature': `v0=${hash}` };
}
