import { useEffect, useState } from 'preact/hooks';
import { Heading } from './heading.tsx';
import type { Connection } from './live.ts';
import { EnvironmentPage } from './pages/environment.tsx';
import { HomePage } from './pages/home.tsx';
import { RunPage } from './pages/run.tsx';
import { SessionPage } from './pages/session.tsx';
import { useRoute } from './route.ts';

export function App() {
  const route = useRoute();
  const [connection, setConnection] = useState<Connection>('connecting');
  return (
    <>
      <a class="to-content" href="#content">
        Skip to content
      </a>
      <header class="top">
        <a class="brand" href="/">
          Deployday
        </a>
        <Live connection={connection} />
        <LargeType />
      </header>
      <main id="content" tabIndex={-1}>
        {route.page === 'home' && <HomePage onConnection={setConnection} />}
        {route.page === 'environment' && (
          <EnvironmentPage key={route.name} name={route.name} onConnection={setConnection} />
        )}
        {route.page === 'run' && <RunPage key={route.id} id={route.id} onConnection={setConnection} />}
        {route.page === 'session' && (
          <SessionPage key={route.name} name={route.name} onConnection={setConnection} />
        )}
        {route.page === 'nothing' && <Heading>There is nothing at {route.path}</Heading>}
      </main>
    </>
  );
}

function Live({ connection }: { connection: Connection }) {
  return (
    <span class={`live ${connection === 'live' ? 'following' : connection}`} role="status">
      <span class="dot" aria-hidden="true" />
      {connection === 'connecting' ? 'connecting…' : connection === 'live' ? 'live' : 'reconnecting…'}
    </span>
  );
}

const KEY = 'large-type';

/** For the projector: `?projector` in the address, or the button, which is remembered. */
function LargeType() {
  const [large, setLarge] = useState(
    () => new URLSearchParams(location.search).has('projector') || localStorage.getItem(KEY) === 'yes',
  );
  useEffect(() => {
    document.documentElement.classList.toggle('large', large);
  }, [large]);
  return (
    <button
      type="button"
      class="quiet"
      aria-pressed={large}
      onClick={() => {
        localStorage.setItem(KEY, large ? 'no' : 'yes');
        setLarge(!large);
      }}
    >
      Large type
    </button>
  );
}
