/** Text as HTML that shows it. */
export function html(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

export function pngSource(data: Buffer): string {
  return `data:image/png;base64,${data.toString('base64')}`;
}
