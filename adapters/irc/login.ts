import type { Client } from 'irc-framework';
import { type IrcConfig, IrcConfigError } from './config.ts';
import type { Ending } from './ending.ts';

/** The login that the configuration asks for, on one connection. */
export interface Login {
  /** We may go on: logged in, or no login was asked for. */
  readonly done: boolean;
  /** The services account that we are logged in to, as the server wrote it. */
  readonly account: string | undefined;
}

/**
 * Watches the SASL login that irc-framework carries out. The bot never goes on without the account that it was told to use:
 * `give` ends the connection when the server refuses it (which only people can mend), or cannot check it now (services are
 * away, which passes).
 */
export function watchLogin(
  client: Client,
  config: IrcConfig,
  give: (ending: Ending) => void,
): Login & { readonly missing: Ending } {
  const mechanism = config.sasl === 'external' ? 'EXTERNAL' : 'PLAIN';
  const whose =
    config.sasl === undefined || config.sasl === 'external' ? 'by certificate' : `as ${config.sasl.account}`;
  let done = config.sasl === undefined;
  let account: string | undefined;
  let offered = '';

  const refused = (why: string): void =>
    give({
      kind: 'refused',
      error: new IrcConfigError(config, 'sasl', `login ${whose} failed: ${why}`),
      flooded: false,
    });
  const unavailable = (why: string): Ending => ({ kind: 'dropped', error: new Error(why), flooded: false });
  const missing = unavailable(
    `the server offers no SASL login now, and irc[${config.network}].sasl asks for one; are its services down? Without services, remove the key`,
  );

  // Before irc-framework acts on the line, and ends the negotiation.
  client.connection.on('raw', ({ line, from_server }) => {
    if (from_server && SUCCESS.test(line)) done = true;
  });
  client.connection.on('message', ({ command, params }) => {
    const text = params.at(-1) ?? command;
    switch (command) {
      case '900':
        account = params[2];
        break;
      case '901':
        account = undefined;
        break;
      case '902': // the nick or account is locked
      case '904':
      case '905':
        refused(`${text}${offered}${mechanism === 'EXTERNAL' ? HINT : ''}`);
        break;
      case '906':
        if (!done) give(unavailable(`the server broke the login ${whose} off: ${text}`));
        break;
      case '908':
        offered = ` (it offers ${params[1] ?? ''})`;
        break;
    }
  });
  client.on('sasl failed', ({ reason }) => {
    // Services that are away for a while take the capability with them, so that alone is no refusal.
    if (reason === 'capability_missing') give(missing);
    else if (reason === 'unsupported_mechanism') {
      refused(`the server takes ${client.network.cap.available.get('sasl')}, not ${mechanism}`);
    }
  });

  return {
    get done() {
      return done;
    },
    get account() {
      return account;
    },
    missing,
  };
}

/** 900 and 903: logged in, login complete. */
const SUCCESS = /^(?:@\S+ +)?(?::\S+ +)?90[03] /;
const HINT = "; is the fingerprint of the bot's certificate on its account (NickServ: CERT ADD)?";
