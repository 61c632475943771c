import { type Browser, chromium } from 'playwright-core';
import { needDebianPackages } from './debian.ts';

const PROGRAM = '/usr/bin/chromium';

/** Quiet: nothing is asked of the network but what a test asks. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  // Grey edges: the same on every screen, and smaller images.
  '--disable-lcd-text',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Debian's Chromium without a window, installed if need be; or why there is none, to skip a test with. */
export async function startBrowser(): Promise<{ browser: Browser } | { why: string }> {
  const need = await needDebianPackages(['chromium']);
  if (!need.ok) return { why: need.why };
  return { browser: await chromium.launch({ executablePath: PROGRAM, headless: true, args: FLAGS }) };
}
