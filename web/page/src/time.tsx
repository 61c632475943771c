import { useEffect, useState } from 'preact/hooks';

function useNow(everyMs: number | null): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (everyMs === null) return;
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

/** How long ago; the exact time on hover. */
export function Ago({ at }: { at: string }) {
  const now = useNow(10_000);
  const seconds = (now - Date.parse(at)) / 1000;
  return (
    <time dateTime={at} title={absolute(at)}>
      {seconds < 10 ? 'just now' : `${span(seconds)} ago`}
    </time>
  );
}

/** How long until then. */
export function Until({ at }: { at: string }) {
  const now = useNow(10_000);
  return (
    <time dateTime={at} title={absolute(at)}>
      {span(Math.max(0, (Date.parse(at) - now) / 1000))}
    </time>
  );
}

/** How long it took, or has taken so far. */
export function Took({ from, to }: { from: string; to: string | null }) {
  const now = useNow(to === null ? 1000 : null);
  const seconds = Math.max(0, ((to === null ? now : Date.parse(to)) - Date.parse(from)) / 1000);
  const title = `${absolute(from)} – ${to === null ? 'now' : absolute(to)}`;
  return (
    <span class="took" title={title}>
      {seconds < 10 && to !== null ? `${seconds.toFixed(1)} s` : span(seconds)}
    </span>
  );
}

export function absolute(at: string): string {
  return new Date(at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'long' });
}

export function clock(at: string): string {
  return new Date(at).toTimeString().slice(0, 8);
}

/** `42 s`, `3 min 05 s`, `2 h 10 min`, `3 d`. */
export function span(seconds: number): string {
  const whole = Math.floor(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 10) return `${minutes} min ${String(whole % 60).padStart(2, '0')} s`;
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${String(minutes % 60).padStart(2, '0')} min`;
  return `${Math.floor(hours / 24)} d`;
}
