/** The systemd unit: what systemd says of it, and the server under its limits, as far as they can be had without systemd. */
import { spawnSync } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { nobody, own } from '../support/nobody.ts';
import { startServer } from '../support/server-process.ts';
import { temporaryFolder } from '../support/temporary.ts';

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const text = await readFile(join(root, 'src/deploy/lethe.service'), 'utf8');
/** In tenths, of ten: what is left are the network, sockets, the notifying child, and code that is compiled. */
const EXPOSURE = 12;
const STOP_OF_SERVER_S = 25;

const lines = text.split('\n').filter((line) => /^\w+=/.test(line));
const valuesOf = (name: string) =>
  lines.filter((line) => line.startsWith(`${name}=`)).map((line) => line.slice(name.length + 1));
/** Where the project is, for a program that asks whether it is there. */
const here = text.replaceAll('/opt/lethe', root);

describe.runIf(isThere('systemd-analyze', 'The unit is not verified'))('what systemd says', () => {
  async function analyze(...args: string[]) {
    const { path, remove } = await temporaryFolder();
    onTestFinished(remove);
    await writeFile(`${path}/lethe.service`, here);
    const { status, stdout, stderr } = spawnSync('systemd-analyze', [...args, `${path}/lethe.service`], {
      encoding: 'utf8',
    });
    return { status, said: stdout + stderr };
  }

  test('the unit is whole: no setting is unknown, and its program is there', async () => {
    expect(await analyze('verify', '--man=no')).toEqual({ status: 0, said: '' });
  });

  test('its exposure is low, without a running systemd', async () => {
    const found = await analyze('security', '--offline=true', '--no-pager', `--threshold=${EXPOSURE}`);
    expect(found.status, found.said.slice(-400)).toBe(0);
    expect(found.said).toContain('Overall exposure level for lethe.service');
  });
});

test('it keeps what the handbook says of it', () => {
  const holds = {
    ...{ Type: 'notify', NotifyAccess: 'all', KillMode: 'mixed', Restart: 'on-failure' },
    ...{ NoNewPrivileges: 'yes', ProtectSystem: 'strict', ProtectHome: 'yes', PrivateTmp: 'yes' },
    ...{ LimitCORE: '0', MemorySwapMax: '0', UMask: '0077', StateDirectory: 'lethe', StateDirectoryMode: '0700' },
    ...{ RestrictAddressFamilies: 'AF_INET AF_INET6 AF_UNIX', CapabilityBoundingSet: '' },
  };
  for (const [name, value] of Object.entries(holds)) expect([name, valuesOf(name)]).toEqual([name, [value]]);
  expect(valuesOf('SystemCallFilter')[0]).toBe('@system-service');
  expect(Number(valuesOf('TimeoutStopSec')[0])).toBeGreaterThan(STOP_OF_SERVER_S);
  expect(Number(valuesOf('LimitNOFILE')[0])).toBeGreaterThanOrEqual(4_096);
  expect(valuesOf('MemoryDenyWriteExecute')).toEqual([]);
  expect(valuesOf('LoadCredential')).toEqual(['root.key:/etc/lethe/root.key']);
  // Keys come as files: no environment of the unit holds one.
  for (const value of valuesOf('Environment'))
    expect(value).toMatch(/^LETHE_(HOME=%S\/lethe|ROOT_KEY_FILE=%d\/root\.key)$/);
});

test.runIf(mayIsolate())(
  'the server makes and serves a vault under the unit’s limits: another user, no new privileges, no capability, a file system that is read-only but for its home, no core',
  async () => {
    const { path, remove } = await temporaryFolder();
    onTestFinished(remove);
    await chmod(path, 0o755);
    const [home, tmp] = [`${path}/home`, `${path}/tmp`];
    for (const folder of [home, tmp]) await mkdir(folder, { mode: 0o700 });
    await own(home);
    const script = [
      ...['set -e', 'mount --make-rprivate /', `mount --bind ${home} ${home}`, 'mount -o remount,bind,ro /'],
      `mount -t tmpfs -o mode=1777 none ${tmp}`,
      // ProtectProc=invisible, ProcSubset=pid
      'mount -t proc -o hidepid=invisible,subset=pid proc /proc',
      'umask 0077',
      `exec prlimit --core=0:0 --nofile=16384:16384 setpriv --reuid=nobody --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all "$@"`,
    ].join('\n');
    const [program, ...args] = (valuesOf('ExecStart')[0] ?? '').replaceAll('/opt/lethe', root).split(' ');

    const server = await startServer(home, {
      log: `${path}/log`,
      env: { NODE_COMPILE_CACHE: '' },
      through: ['unshare', '--mount', 'bash', '-c', script, 'bash'],
      node: args.slice(0, -1),
      main: args.at(-1) as string,
    });

    expect(program).toBe(`${root}/node_modules/node/bin/node`);
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    const status = await readFile(`/proc/${server.pid}/status`, 'ascii');
    expect(status).toMatch(new RegExp(`^Uid:\\s+${nobody.uid}\\s`, 'm'));
    expect(status).toMatch(/^NoNewPrivs:\s+1$/m);
    expect(status).toMatch(/^CapBnd:\s+0+$/m);
    expect(await readFile(`/proc/${server.pid}/limits`, 'ascii')).toMatch(/^Max core file size\s+0\s+0 /m);
    expect(await server.end()).toBe(0);
    // Neither the start nor the log had to warn of dumps.
    expect(await readFile(`${path}/log.err`, 'utf8')).toBe('');
  },
  60_000,
);

function isThere(program: string, otherwise: string): boolean {
  if (spawnSync(program, ['--version']).error === undefined) return true;
  process.stderr.write(`${otherwise}: ${program} is not installed.\n`);
  return false;
}

/** Root may, and not in every container. */
function mayIsolate(): boolean {
  const mounts = 'mount --make-rprivate / && mount -t proc -o hidepid=invisible,subset=pid proc /proc';
  const may = process.getuid?.() === 0 && spawnSync('unshare', ['--mount', 'sh', '-c', mounts]).status === 0;
  if (!may)
    process.stderr.write('No server is started under the unit’s limits: that takes root and mounts of its own.\n');
  return may;
}
