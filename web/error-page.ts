import type { Problem } from './problem.ts';

/** A problem as a page for people. Its style lies beside the page's icons; it works without the built page, too. */
export function errorPage(problem: Problem): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(problem.message)} · Deployday</title>
<link rel="stylesheet" href="/error.css">
<main>
<p class="status">${problem.status}</p>
<h1>${escaped(problem.message)}</h1>
<p>${escaped(problem.hint)}</p>
<p><a href="/">All environments</a></p>
</main>
</html>
`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
