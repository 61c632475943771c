import { afterAll, beforeAll, test } from 'vitest';
import { closeLabWorld, openLabWorld } from '../support/lab-world.ts';
import { describeIf, needHost } from '../support/needs.ts';
import type { World } from '../support/world.ts';

const MINUTE = 60_000;

/** Stands for the real one: it insists on what stack.sh insists on, and leaves a service behind that answers as Keystone does. */
const STACK_SH = `#!/bin/bash
set -eu
[ "$(id -u)" != 0 ] || { echo "this refuses to run as root"; exit 1; }
cd "$(dirname "$0")"
. <(sed 1d local.conf)
mkdir -p "$(dirname "$LOGFILE")" /opt/stack/www/identity/v3
echo "stacking for $HOST_IP with $ADMIN_PASSWORD" | tee "$LOGFILE"
echo '{"version": "v3"}' >/opt/stack/www/identity/v3/index.html
echo stacked >>/opt/stack/stackings
sudo systemd-run --quiet --unit=devstack-keystone --working-directory=/opt/stack/www python3 -m http.server 80
`;

const base64 = (text: string) => Buffer.from(text).toString('base64');

/** A git server on a machine of the lab: files over HTTP, which is all that a fetch needs. */
const SERVE = `
set -e
apt-get -qq update && apt-get -qq -y --no-install-recommends install git >/dev/null
git init -q -b master /srv/devstack && cd /srv/devstack
echo ${base64(STACK_SH)} | base64 -d >stack.sh && chmod 755 stack.sh
git add . && git -c user.name=t -c user.email=t@example.org commit -qm 'a small stack.sh'
git update-server-info
systemd-run --quiet --unit=git-files --working-directory=/srv python3 -m http.server 8000`;

describeIf(needHost({ root: true }))('devstack, from a git repository that stands for the real one', () => {
  let world: World;
  beforeAll(async () => {
    world = await openLabWorld({ nodes: 2 });
  }, 15 * MINUTE);
  afterAll(async () => {
    if (world) await closeLabWorld(world);
  }, 2 * MINUTE);

  test(
    'stack.sh runs as its user, once for a commit, and not for a branch that is not there',
    async () => {
      await world.ask('provision git from hello node=1', /^git ready in/, 5 * MINUTE);
      await world.ask(`run git -- echo ${base64(SERVE)} | base64 -d | sh`, /^git: command done/, 5 * MINUTE);
      const { nodes } = (await (await fetch(`${world.app.url}/api/environments/git`)).json()) as {
        nodes: { address: string }[];
      };
      const source = `source=http://${nodes[0]?.address}:8000/devstack/.git`;
      await world.ask(
        `provision ds from devstack ${source} branch=gone`,
        /^ds failed: provision: DevStack from its repository: .*cannot fetch gone of http/,
        5 * MINUTE,
      );
      await world.ask(`provision ds ${source} branch=master`, /^ds ready in .*: 2 checks passed/, 5 * MINUTE);
      await world.ask('logs ds stack', /stacking for [\d.]+ with \*+/);
      await world.ask('provision ds', /^ds ready/, 5 * MINUTE);
      await world.ask('run ds -- wc -l /opt/stack/stackings', /1 \/opt\/stack\/stackings/, MINUTE);
    },
    20 * MINUTE,
  );
});
