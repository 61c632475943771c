import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  build: {
    outDir: fileURLToPath(new URL('../../dist/web/page', import.meta.url)),
    emptyOutDir: true,
    // The content security policy allows files only, no data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // On a slow machine everything takes long; that is no warning to people who start the bot.
    rolldownOptions: { checks: { bundlerTimings: false } },
  },
});
