import { SendError } from '../adapter.ts';
import type { MessageKind } from '../message.ts';
import type { IrcTimes, Log } from './config.ts';
import { createFlight, type Flight, type Parcel } from './flight.ts';
import { POST_TAG } from './history.ts';
import type { Holder } from './holders.ts';
import { uncoloured } from './lines.ts';
import { isChannel, type Target } from './names.ts';
import type { Pace } from './pace.ts';
import { type Multiline, portion, protocolLines } from './parcel.ts';
import { countOf, type Post, type PostLine, rankOf, shorten, uncolour, waitingLines } from './post.ts';
import type { Receipt } from './receipts.ts';
import { createTurns } from './turns.ts';
import type { Wire } from './wire.ts';

export interface SendHow {
  readonly kind: MessageKind | undefined;
  readonly replyTo: string | undefined;
  readonly key: string | undefined;
  /** Accounts of the one whom it is for; undefined: whoever reads there. */
  readonly onlyFor: readonly string[] | undefined;
}

/** Makes clients show what a message answers. */
const REPLY_TAG = '+draft/reply';

interface PostParcel extends Parcel {
  readonly post: Post;
  readonly lines: readonly PostLine[];
}

/** So many WHOIS may be under way: what waits for many people after an absence must not be a flood of them. */
const MOST_ASKED = 3;

/** A connection and what is under way on it. */
interface Link extends Wire {
  /** So many nicks it is being asked about. */
  asked: number;
  readonly flight: Flight<PostParcel>;
  multiline: Multiline | undefined;
}

/**
 * Sends messages line by line, at a pace the server bears, in turn between targets and in order within one.
 *
 * A message is taken when the server has answered for all of it. A message whose first line is out is never given back as failed just
 * because the connection broke: its remaining lines follow after the reconnect.
 */
export function createSender(name: string, pace: Pace, times: IrcTimes, log: Log) {
  const turns = createTurns<Target, Post>();
  const colourless = new Set<Target>();
  let link: Link | undefined;
  let timer: NodeJS.Timeout | undefined;
  let labels = 0;
  let stopped = false;
  let whenIdle = (): void => {};

  const where = (target: Target): string => `${name}/${isChannel(target) ? '' : '@'}${target}`;
  const now = (): number => performance.now();
  const canGo = (post: Post): boolean =>
    (post.isSure || canAsk(post)) &&
    post.refusal === undefined &&
    countOf(post, 'waiting') > 0 &&
    link?.whereTo(post.target) != null;
  const canAsk = ({ asked }: Post): boolean => asked === undefined && (link?.asked ?? 0) < MOST_ASKED;

  function pump(): void {
    clearTimeout(timer);
    while (link && link.flight.count < pace.window) {
      const wait = pace.wait(now());
      if (wait > 0) {
        timer = turns.isEmpty ? undefined : setTimeout(pump, wait);
        return;
      }
      const post = turns.take(canGo, ({ isSure }) => isSure);
      if (!post) return;
      if (post.isSure) writeNext(link, post);
      else void makeSure(link, post);
    }
  }

  function writeNext(to: Link, post: Post): void {
    const whereTo = to.whereTo(post.target) ?? post.target;
    shorten(post, to.room(whereTo));
    for (const line of post.lines) {
      if (line.state === 'waiting' && to.wasPosted(post.target, post.key, line)) line.state = 'posted';
    }
    const waiting = post.lines.filter((line) => line.state === 'waiting');
    if (waiting.length === 0) {
      finishIfAllPosted(post);
      return;
    }
    const lines = waiting.slice(0, portion(waiting, to.multiline));
    labels++;
    const label = to.answers === 'labels' ? `dd${labels}` : undefined;
    const tags = {
      label,
      [REPLY_TAG]: to.allowsTag(REPLY_TAG) && lines[0] === post.lines[0] ? post.replyTo : undefined,
      [POST_TAG]: to.allowsTag(POST_TAG) ? post.key : undefined,
    };
    const written = protocolLines({ to: whereTo, lines: lines.map(({ text }) => text), tags }, `b${labels}`);
    post.started = true;
    for (const line of lines) Object.assign(line, { state: 'out', wentOut: Date.now() });
    for (const line of written) to.write(line);
    pace.charge(now(), written.length);
    const isPause = lines.length === waiting.length || to.flight.count + 1 >= pace.window - 1;
    to.flight.add({ post, lines, to: whereTo, label, at: now() }, isPause);
  }

  function landed(to: Link, { post, lines }: PostParcel, verdict: Receipt['verdict']): void {
    if (verdict.is === 'taken') {
      for (const line of lines) line.state = 'posted';
      if (verdict.id !== undefined) post.ids.push(verdict.id);
      pace.bears(now(), lines.length);
      finishIfAllPosted(post);
    } else {
      const refused = verdict.is === 'refused';
      for (const line of lines) Object.assign(line, { state: 'waiting', wentOut: undefined, refused });
    }
    if (verdict.is === 'refused') {
      post.refusal ??= verdict.reason;
      post.isNobody = verdict.isNobody === true;
    }
    if (verdict.is === 'later')
      minds('the server asks us to slow down', { hold: verdict.wait ?? times.slowDown });
    if (verdict.is === 'too long') to.multiline = undefined;
    if (post.refusal !== undefined && countOf(post, 'out') === 0) void mend(to, post);
    pump();
  }

  function finishIfAllPosted(post: Post): void {
    if (countOf(post, 'posted') < post.lines.length) return;
    remove(post);
    post.done(post.ids);
  }

  /**
   * After a refusal: try without colour, then try to get (back) in, and if that helps go on where it stopped. Where other lines
   * have passed, what is refused is left out: the channel takes us, and to say the rest again and again helps nobody.
   */
  async function mend(to: Link, post: Post): Promise<void> {
    let isMended = uncolour(post);
    if (isMended) colourless.add(post.target);
    else if (isChannel(post.target) && !post.rejoined) {
      post.rejoined = true;
      isMended = await to.rejoin(post.target);
      if (to !== link) return; // the reconnect has taken over
    }
    const why = `${where(post.target)} does not take our messages: ${post.refusal}`;
    if (isMended) post.refusal = undefined;
    else if (isChannel(post.target) && countOf(post, 'posted') > 0) {
      log.warn(`${why}; the rest of the message goes without what was refused`);
      for (const line of post.lines) if (line.refused && line.state === 'waiting') line.state = 'posted';
      post.refusal = undefined;
      finishIfAllPosted(post);
    } else {
      remove(post);
      post.fail(
        new SendError(why, { retryable: false, lost: isChannel(post.target) ? 'channel' : gone(post) }),
      );
    }
    pump();
  }

  /** A nick may have passed to somebody else: what is for one person goes out when the server says that it is still that person's. */
  async function makeSure(to: Link, post: Post): Promise<void> {
    const asked = {};
    post.asked = asked;
    to.asked++;
    const holder = await to.holder(post.target, post.onlyFor ?? []);
    to.asked--;
    if (to !== link) return;
    if (post.asked === asked && turns.all().includes(post)) settle(post, holder);
    pump();
  }

  function settle(post: Post, holder: Holder): void {
    post.asked = undefined;
    post.isSure = holder === 'theirs';
    if (post.isSure) return;
    remove(post);
    const why =
      holder === 'unknown'
        ? 'the server does not say whose the nick is now'
        : `what was for ${post.onlyFor?.join(', ')} is not said, since the nick is not logged in to that account now`;
    const how = holder === 'unknown' ? { retryable: true } : ({ retryable: false, lost: 'person' } as const);
    post.fail(new SendError(`${where(post.target)}: ${why}`, how));
  }

  /**
   * Whoever comes under a nick later is somebody else, and must not get what was meant for the one before. Where it is asked whose the nick
   * is, it can wait for its owner.
   */
  function gone({ onlyFor, isNobody }: Post): 'person' | undefined {
    return onlyFor && isNobody ? 'person' : undefined;
  }

  /** The nick may have passed to somebody else: that is asked when it is the post's turn, unless it is known. */
  function doubt(to: Link, post: Post): void {
    post.asked = undefined;
    post.isSure = post.onlyFor === undefined;
    const holder = post.onlyFor && to.knownHolder(post.target, post.onlyFor);
    if (holder !== undefined) settle(post, holder);
  }

  function remove(post: Post): void {
    turns.remove(post);
    if (turns.isEmpty) whenIdle();
  }

  function giveBack(reason: string, concerned: (post: Post) => boolean, retryable = true): void {
    for (const post of turns.all().filter(concerned)) {
      remove(post);
      const posted = `${countOf(post, 'posted')} of its ${post.lines.length} lines are posted`;
      const why = `${where(post.target)}: ${reason}${post.started ? ` (${posted})` : ''}`;
      post.fail(new SendError(why, { retryable, lost: retryable ? undefined : 'channel' }));
    }
  }
  const isUnstarted = (post: Post): boolean => !post.started;
  /** Until we are back something newer may be to be told in its place. */
  const isProgress = (post: Post): boolean => post.rank === rankOf('board');

  function minds(why: string, how: { hold?: number; cutOff?: boolean } = {}): void {
    if (!pace.minds(now(), how)) return;
    const share = Math.ceil(pace.share * 100);
    log.warn(`${name}: ${why}; speaking at ${share} % of the configured rate until the server bears more`);
  }

  return {
    /** Where lines can go from now on; undefined when the connection is gone. */
    attach(to: Wire | undefined): void {
      // Whether these lines arrived, only the channel's history can tell.
      for (const { lines } of link?.flight.end() ?? []) for (const line of lines) line.state = 'waiting';
      link = to && { ...to, asked: 0, flight: flightOn(to) };
      clearTimeout(timer);
      pace.empty(now()); // the login has used up what the server allows at once
      giveBack('the connection was lost before it was sent', (post) => isUnstarted(post) || isProgress(post));
      for (const post of turns.all()) Object.assign(post, { refusal: undefined, rejoined: false });
      if (link) for (const post of turns.all()) doubt(link, post);
      pump();
    },
    /** `lines` makes the lines for the room there is. Resolves to the ids that the service gave them, where it gives ids. */
    send(target: Target, lines: (room: number) => string[], how: SendHow): Promise<readonly string[]> {
      const sorry = (why: string, retryable: boolean) =>
        Promise.reject(new SendError(`${where(target)}: ${why}`, { retryable }));
      if (stopped) return sorry('the adapter is stopped', true);
      if (!link) return sorry('not connected', true);
      const whereTo = link.whereTo(target);
      if (whereTo === null) return sorry('not in the channel at the moment', true);
      const texts = lines(link.room(whereTo)).map((text) =>
        colourless.has(target) ? uncoloured(text) : text,
      );
      if (texts.length === 0) return sorry('the message has no visible text', false);
      const to = link;
      return new Promise((done, fail) => {
        const { kind, replyTo, key } = how;
        const onlyFor = isChannel(target) ? undefined : how.onlyFor;
        const begun = {
          started: false,
          isSure: false,
          asked: undefined,
          ids: [],
          refusal: undefined,
          isNobody: false,
          rejoined: false,
        };
        const post: Post = {
          target,
          rank: rankOf(kind),
          replyTo,
          key,
          onlyFor,
          lines: waitingLines(texts),
          ...begun,
          done,
          fail,
        };
        turns.add(post);
        doubt(to, post);
        pump();
      });
    },
    /** The server answered for a line of ours. Its target is expected lower-cased. */
    heard: (receipt: Receipt) => link?.flight.heard(receipt),
    /** The server minded how much we say. */
    minds,
    /** Lines that the server has not answered for. */
    unanswered: () => link?.flight.count ?? 0,
    joined: pump,
    /** A nick, lower-cased, may have passed to somebody else. */
    doubt(nick: Target): void {
      if (link) for (const post of turns.all()) if (post.target === nick) doubt(link, post);
      pump();
    },
    /**
     * We were put out of the channel, known to the server as `at`. What is partly posted goes on when we are in again; `forGood` says why
     * we shall not be.
     */
    left(target: Target, at: Target, forGood: string | null): void {
      for (const { lines } of link?.flight.recall(at) ?? []) for (const line of lines) line.state = 'waiting';
      const isHere = (post: Post): boolean => post.target === target;
      if (forGood !== null) giveBack(forGood, isHere, false);
      giveBack('put out of the channel before it was sent', (post) => isHere(post) && isUnstarted(post));
      pump();
    },
    /** Something else went out to the server and counts against the same allowance. */
    charge: (lines: number) => pace.charge(now(), lines),
    /** Takes nothing new, finishes within the given time what is partly posted, gives the rest back. Milliseconds. */
    async stop(within: number): Promise<void> {
      stopped = true;
      giveBack('the adapter is stopping', isUnstarted);
      if (link && !turns.isEmpty) {
        await new Promise<void>((resolve) => {
          const patience = setTimeout(resolve, within);
          whenIdle = () => {
            clearTimeout(patience);
            resolve();
          };
        });
      }
      giveBack('the adapter was stopped', () => true);
      clearTimeout(timer);
      link?.flight.end();
      link = undefined;
    },
  };

  function flightOn(wire: Wire): Flight<PostParcel> {
    return createFlight({
      answers: wire.answers,
      patience: times.echo,
      roundTrip: wire.roundTrip,
      landed: (parcel, verdict) => link && landed(link, parcel, verdict),
    });
  }
}
