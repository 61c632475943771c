import { createRequire } from 'node:module';
import type { Picture } from './svg.ts';

const require = createRequire(import.meta.url);
/** The fonts come with an npm package: a bare Debian has none, and none is fetched. */
const FONTS = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].map((file) =>
  require.resolve(`dejavu-fonts-ttf/ttf/${file}`),
);
/** Sharp on the screens that most people have. */
const ZOOM = 1.5;

/** Draws a picture as PNG, on a thread of its own. */
export async function toPng({ svg, width }: Picture): Promise<Buffer> {
  // Loaded with the first picture: a bot without chat services that show pictures never needs it.
  const { renderAsync } = await import('@resvg/resvg-js');
  const drawn = await renderAsync(svg, {
    fitTo: { mode: 'width', value: Math.round(width * ZOOM) },
    font: { fontFiles: FONTS, loadSystemFonts: false, defaultFontFamily: 'DejaVu Sans' },
  });
  return drawn.asPng();
}
