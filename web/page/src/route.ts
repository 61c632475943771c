import { useEffect, useState } from 'preact/hooks';

export type Route =
  | { readonly page: 'home' }
  | { readonly page: 'environment'; readonly name: string }
  | { readonly page: 'run'; readonly id: number }
  | { readonly page: 'session'; readonly name: string }
  | { readonly page: 'nothing'; readonly path: string };

export function routeOf(path: string): Route {
  if (path === '/') return { page: 'home' };
  const run = /^\/runs\/(\d+)\/?$/.exec(path);
  if (run) return { page: 'run', id: Number(run[1]) };
  const environment = /^\/environments\/([^/]+)\/?$/.exec(path);
  if (environment) return { page: 'environment', name: decodeURIComponent(environment[1] ?? '') };
  const session = /^\/sessions\/([^/]+)\/?$/.exec(path);
  if (session) return { page: 'session', name: decodeURIComponent(session[1] ?? '') };
  return { page: 'nothing', path };
}

let arrived = false;

/** True once after a link of ours was followed. */
export function takeArrival(): boolean {
  const was = arrived;
  arrived = false;
  return was;
}

/** The address as a route. Links to pages of ours change it without a reload. */
export function useRoute(): Route {
  const [path, setPath] = useState(location.pathname);
  useEffect(() => {
    const change = () => setPath(location.pathname);
    const click = (event: MouseEvent) => {
      const link = (event.target as Element | null)?.closest('a');
      if (!link || link.target || link.origin !== location.origin) return;
      if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      if (routeOf(link.pathname).page === 'nothing') return;
      event.preventDefault();
      history.pushState(null, '', link.pathname + location.search);
      change();
      scrollTo(0, 0);
      arrived = true;
    };
    addEventListener('popstate', change);
    document.addEventListener('click', click);
    return () => {
      removeEventListener('popstate', change);
      document.removeEventListener('click', click);
    };
  }, []);
  return routeOf(path);
}

export const environmentPath = (name: string): string => `/environments/${encodeURIComponent(name)}`;
export const runPath = (id: number): string => `/runs/${id}`;
export const sessionPath = (link: string): string => new URL(link).pathname;
