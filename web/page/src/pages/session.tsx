import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { get, type SessionAnswer } from '../api.ts';
import { useFresh } from '../fresh.ts';
import { Heading } from '../heading.tsx';
import type { Connection } from '../live.ts';
import { environmentPath, runPath, sessionPath } from '../route.ts';
import { State, showInTab, toneOf } from '../state.tsx';
import { Ago, Until } from '../time.tsx';
import { Words } from '../words.tsx';
import { Wrong } from '../wrong.tsx';

interface Props {
  readonly name: string;
  readonly onConnection: (connection: Connection) => void;
}

/** A session as it stands: for the projector in the room and the phone under the table. */
export function SessionPage({ name, onConnection }: Props) {
  const { answer, refused } = useFresh(
    (signal) => get<SessionAnswer>(`/api/sessions/${encodeURIComponent(name)}`, signal),
    () => true,
    onConnection,
  );
  useEffect(() => {
    if (answer) showInTab(answer.endedAt === null ? 'work' : 'idle', answer.name);
  }, [answer]);
  if (refused) return <Wrong problem={refused} />;
  if (!answer) return <p class="faint">Loading…</p>;
  return (
    <>
      <Heading>{answer.name}</Heading>
      <p class="faint">
        {answer.endedAt === null ? 'goes on, started ' : 'ended '}
        <Ago at={answer.endedAt ?? answer.startedAt} /> · {answer.channels.join(', ')} · report:{' '}
        {['html', 'md', 'json'].map((form) => (
          <>
            <a href={`${sessionPath(answer.link)}/report.${form}`} target="_blank" rel="noopener">
              {form}
            </a>{' '}
          </>
        ))}
      </p>
      <Pinned pinned={answer.pinned} />
      <Environments environments={answer.environments} />
      <Votes votes={answer.votes} />
      <div class="columns">
        <Agenda agenda={answer.agenda} />
        <Todos todos={answer.todos} />
        <Decisions decisions={answer.decisions} />
      </div>
      <People gathering={answer.gathering} />
      <Timeline timeline={answer.timeline} />
    </>
  );
}

function Part({ title, more, children }: { title: string; more?: string; children: ComponentChildren }) {
  return (
    <section>
      <h2>
        {title} {more ? <span class="faint">{more}</span> : null}
      </h2>
      {children}
    </section>
  );
}

function Pinned({ pinned }: Pick<SessionAnswer, 'pinned'>) {
  if (pinned.length === 0) return null;
  return (
    <Part title="Pinned">
      <ul class="plain">
        {pinned.map((text) => (
          <li key={text}>
            <Words text={text} />
          </li>
        ))}
      </ul>
    </Part>
  );
}

function Environments({ environments }: Pick<SessionAnswer, 'environments'>) {
  return (
    <Part title="Environments">
      {environments.length === 0 ? <p class="faint">None yet.</p> : null}
      <ul class="cards">
        {environments.map(({ name, blueprint, state, holder }) => (
          <li key={name}>
            <article class={`card ${toneOf(state)}`}>
              <header>
                <h2>
                  <a href={environmentPath(name)}>{name}</a>
                </h2>
                <State state={state} />
              </header>
              <p class="faint">{blueprint}</p>
              <p class="last">
                {holder ? (
                  <>
                    held by <b>{holder.person}</b> for another <Until at={holder.until} />
                    {holder.reason ? <span class="summary">{holder.reason}</span> : null}
                  </>
                ) : (
                  'free'
                )}
              </p>
            </article>
          </li>
        ))}
      </ul>
    </Part>
  );
}

function Votes({ votes }: Pick<SessionAnswer, 'votes'>) {
  const open = votes.filter(({ state }) => state === 'open');
  const over = votes.filter(({ state }) => state === 'closed').slice(-5);
  if (open.length + over.length === 0) return null;
  return (
    <Part title="Votes">
      <ul class="plain">
        {open.map(({ number, question, options, closesAt }) => (
          <li key={number}>
            <b>
              {number}: {question}
            </b>{' '}
            {options.map(({ text }, at) => `${letter(at)} ${text}`).join(' · ')}{' '}
            <span class="faint">
              open for another <Until at={closesAt} />: type <code>vote {number} a</code>
            </span>
          </li>
        ))}
        {over.map(({ number, question, options }) => (
          <li key={number}>
            {number}: {question}{' '}
            <span class="faint">
              {options.map(({ text, votes: count }) => `${text} ${count}`).join(' · ')}
            </span>
          </li>
        ))}
      </ul>
    </Part>
  );
}

function letter(at: number): string {
  return String.fromCharCode(97 + at);
}

function Agenda({ agenda }: Pick<SessionAnswer, 'agenda'>) {
  const shown = agenda.filter(({ state }) => state !== 'dropped');
  return (
    <Part title="Agenda" more="most wanted first">
      {shown.length === 0 ? (
        <p class="faint">
          Propose a topic: <code>agenda add …</code>
        </p>
      ) : null}
      <ol class="plain">
        {shown.map(({ number, title, state, votes, slot, place, who }) => (
          <li key={number} class={state === 'done' ? 'faint' : ''}>
            {number} <b>{title}</b>{' '}
            <span class="faint">
              {[slot, place, who, state === 'done' ? 'done' : `${votes} ${votes === 1 ? 'vote' : 'votes'}`]
                .filter(Boolean)
                .join(' · ')}
            </span>
          </li>
        ))}
      </ol>
    </Part>
  );
}

function Todos({ todos }: Pick<SessionAnswer, 'todos'>) {
  const open = todos.filter(({ state }) => state === 'open');
  const done = todos.filter(({ state }) => state === 'done').length;
  return (
    <Part title="Todos" more={`${open.length} open, ${done} done`}>
      <ul class="plain">
        {open.map(({ number, text, owner }) => (
          <li key={number}>
            {number} <Words text={text} /> <span class="faint">{owner ?? 'nobody yet'}</span>
          </li>
        ))}
      </ul>
    </Part>
  );
}

function Decisions({ decisions }: Pick<SessionAnswer, 'decisions'>) {
  if (decisions.length === 0) return null;
  return (
    <Part title="Decisions">
      <ul class="plain">
        {decisions.map(({ at, text, by }) => (
          <li key={at + text}>
            <Words text={text} /> <span class="faint">{by}</span>
          </li>
        ))}
      </ul>
    </Part>
  );
}

function People({ gathering }: Pick<SessionAnswer, 'gathering'>) {
  const { total, organisations, sites } = gathering;
  return (
    <Part
      title="People"
      more={`${total}, of ${organisations} ${organisations === 1 ? 'organisation' : 'organisations'}`}
    >
      <div class="columns">
        {sites.map(({ site, people, organisations: theirs }) => (
          <div key={site}>
            <h3>
              {site ?? 'no site said'} <span class="faint">{people}</span>
            </h3>
            <ul class="plain">
              {theirs.map(({ organisation, names }) => (
                <li key={organisation}>
                  <b>{organisation ?? '–'}</b> {names.join(', ')}
                </li>
              ))}
            </ul>
          </div>
        ))}
      </div>
    </Part>
  );
}

function Timeline({ timeline }: Pick<SessionAnswer, 'timeline'>) {
  return (
    <Part title="Timeline" more="newest first">
      {timeline.length === 0 ? <p class="faint">Nothing has happened yet.</p> : null}
      <ol class="plain timeline">
        {[...timeline].reverse().map(({ at, lane, text, run }, index) => (
          <li key={`${at} ${timeline.length - index}`}>
            <span class="faint">
              <Ago at={at} /> · {lane}
            </span>{' '}
            {run === null ? <Words text={text} /> : <a href={runPath(run)}>{text}</a>}
          </li>
        ))}
      </ol>
    </Part>
  );
}
