/** What a server tells systemd, without a systemd. */
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from './temporary.ts';

/** A program first in the path that writes down how it was called, and with which environment. */
export async function stub() {
  const { path, remove } = await temporaryFolder();
  onTestFinished(remove);
  await mkdir(`${path}/bin`);
  const script = `#!/bin/sh\necho "$NOTIFY_SOCKET|$LETHE_ROOT_KEY|$*" >> '${path}/told'\n`;
  await writeFile(`${path}/bin/systemd-notify`, script);
  await chmod(`${path}/bin/systemd-notify`, 0o755);
  return {
    path,
    env: { NOTIFY_SOCKET: '/run/test/notify', PATH: `${path}/bin:${process.env.PATH}` },
    told: async () => (await readFile(`${path}/told`, 'utf8').catch(() => '')).split('\n').filter(Boolean),
  };
}
