/** Real processes, asked by a signal, an option or a crash to hand out what they have in memory. */
import { execFileSync, spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { lethe } from '../support/command.ts';
import { failToStart, type ServerProcess, startServer } from '../support/server-process.ts';
import { temporaryFolder } from '../support/temporary.ts';

/** Each starts processes, which takes its time on a machine that has much else to do. */
vi.setConfig({ testTimeout: 90_000 });

const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));
const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const onLinux = process.platform === 'linux';
/** Any port: the inspector's own is one for all processes. */
const ANY_PORT = '--inspect-port=0';

async function newHome(): Promise<string> {
  const { path, remove } = await temporaryFolder();
  onTestFinished(remove);
  return path;
}

/** Ports on which a process listens, of Linux' lists. */
function listeningPorts(pid: number): number[] {
  const sockets = new Set(
    readdirSync(`/proc/${pid}/fd`).map((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1];
      } catch {
        return undefined;
      }
    }),
  );
  const rows = ['tcp', 'tcp6'].flatMap((list) =>
    readFileSync(`/proc/${pid}/net/${list}`, 'ascii').split('\n').slice(1),
  );
  return rows
    .map((row) => row.trim().split(/\s+/))
    .filter(([, , , state, , , , , , inode]) => state === '0A' && sockets.has(inode))
    .map(([, local = '']) => Number.parseInt(local.split(':')[1] ?? '', 16));
}

/** The signal, again and again, in between answers of the server: it has had every chance to act. */
async function insist(server: ServerProcess, times: number): Promise<void> {
  for (let i = 0; i < times; i += 1) {
    process.kill(server.pid, 'SIGUSR1');
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  }
}

describe.skipIf(process.platform === 'win32')('SIGUSR1', () => {
  test.each([
    ['the server', MAIN, []],
    ['the server as a command', CLI, ['serve']],
  ])('opens no inspector in %s, and ends nothing', async (_, main, args) => {
    const home = await newHome();
    const server = await startServer(home, { log: `${home}/log`, main, args, node: [ANY_PORT] });
    await insist(server, 20);
    if (onLinux) expect(listeningPorts(server.pid)).toEqual([Number(new URL(server.url).port)]);
    expect(await server.end()).toBe(0);
    expect(await readFile(`${home}/log.err`, 'utf8')).toBe('');
  });

  test('opens none while a thread works at a long job', async () => {
    const home = await newHome();
    const server = await startServer(home, { log: `${home}/log`, node: [ANY_PORT] });
    const key = `${home}/security.key`;
    expect((await lethe(home, ['principals', 'add', 'officer', '--role', 'security', '--save', key])).code).toBe(0);
    const apiKey = (await readFile(key, 'ascii')).trim();
    const headers = { Authorization: `Bearer ${apiKey}`, 'Content-Type': 'application/json' };
    const ordered = await fetch(`${server.url}/v1/keys/rotate`, { method: 'POST', headers, body: '{}' });
    expect(ordered.status).toBe(202);
    const { job } = (await ordered.json()) as { job: string };
    for (let state = 'ordered'; state !== 'completed'; ) {
      await insist(server, 1);
      const reply = await fetch(`${server.url}/v1/jobs/${job}`, { headers });
      expect(reply.status).toBe(200);
      ({ state } = (await reply.json()) as { state: string });
    }
    if (onLinux) expect(listeningPorts(server.pid)).toEqual([Number(new URL(server.url).port)]);
    expect(await server.end()).toBe(0);
    expect(await readFile(`${home}/log.err`, 'utf8')).toBe('');
  });

  test('sent before the program could close it is noticed: the server does not start', async () => {
    const home = await newHome();
    const node = [ANY_PORT, '--import', "data:text/javascript,process.kill(process.pid,'SIGUSR1')"];
    const { code, said } = await failToStart(home, { log: `${home}/log`, node });
    expect([code, said]).toEqual([1, expect.stringContaining('Node’s inspector is open')]);
    expect(await readdir(home)).not.toContain('keys');
  });

  test('is not listened to from the very start where npm starts server, command and demo', async () => {
    const { scripts } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
    for (const name of ['start', 'lethe', 'demo']) expect(scripts[name]).toMatch(/^exec node --disable-sigusr1 src\//);
  });
});

describe('options by which Node hands out memory are refused by name, before anything is opened', () => {
  const options: [string, Record<string, string>, string[]][] = [
    ['--inspect', { NODE_OPTIONS: '--inspect=0' }, []],
    ['--inspect-brk', {}, ['--inspect_brk=0']],
    ['--heapsnapshot-signal', { NODE_OPTIONS: '--max-old-space-size=2000 --heapsnapshot-signal=SIGUSR2' }, []],
    ['--heapsnapshot-near-heap-limit', {}, ['--heapsnapshot-near-heap-limit=1']],
    ['--report-on-signal', { NODE_OPTIONS: '"--report-on-signal"' }, []],
    ['--report-uncaught-exception', {}, ['--report-uncaught-exception']],
    ['--abort-on-uncaught-exception', {}, ['--abort-on-uncaught-exception']],
    ['--tls-keylog', {}, ['--tls-keylog=/dev/null']],
    ['NODE_DEBUG', { NODE_DEBUG: 'stream' }, []],
  ];

  test.each(options.filter(([name]) => name !== '--inspect-brk'))('%s', async (name, env, node) => {
    const home = await newHome();
    const { code, said } = await failToStart(home, { log: `${home}/log`, env, node });
    expect([code, said]).toEqual([1, expect.stringContaining(`lethe: ${name}: with this, Node shows others`)]);
    expect(await readdir(home)).not.toContain('keys');
  });

  test('for a command as for the server', async () => {
    const home = await newHome();
    const { code, err } = await lethe(home, ['init'], { env: { NODE_OPTIONS: '--heapsnapshot-signal=SIGUSR2' } });
    expect([code, err]).toEqual([1, expect.stringContaining('--heapsnapshot-signal: with this')]);
    expect(await readdir(home)).not.toContain('keys');
  });

  test('options that hand out nothing are taken', async () => {
    const home = await newHome();
    const env = { NODE_OPTIONS: `${ANY_PORT} --max-old-space-size=2000 --disable-sigusr1` };
    expect((await lethe(home, ['init'], { env })).code).toBe(0);
  });
});

describe.skipIf(!onLinux)('core dumps', () => {
  /** Whether the kernel writes them into the folder that a process works in. */
  const intoFolder = onLinux && /^core\S*$/.test(readFileSync('/proc/sys/kernel/core_pattern', 'ascii').trim());
  const unlimited = ['-c', 'ulimit -c unlimited && exec "$0" "$@"'];

  test('hold none of the keys, whatever the limit', async (context) => {
    try {
      execFileSync('sh', [...unlimited, 'true']);
    } catch {
      return context.skip('the limit of core dumps cannot be raised here');
    }
    if (!intoFolder) return context.skip('core dumps go elsewhere on this machine');
    const home = await newHome();
    const server = await startServer(home, {
      log: `${home}/log`,
      node: [ANY_PORT],
      through: ['sh', ...unlimited],
      cwd: home,
    });
    const admin = (await readFile(`${home}/keys/admin.key`, 'ascii')).trim();
    const asked = await fetch(`${server.url}/v1/principals`, { headers: { Authorization: `Bearer ${admin}` } });
    expect(asked.status).toBe(200);
    const rootKey = (await readFile(`${home}/keys/root.key`, 'ascii')).trim();
    await server.end('SIGABRT');

    const [core = ''] = (await readdir(home)).filter((name) => name.startsWith('core'));
    expect(core).not.toBe('');
    const dump = await readFile(`${home}/${core}`);
    for (const secret of [admin, rootKey]) expect(dump.includes(secret)).toBe(false);
    expect(dump.includes(Buffer.from(rootKey, 'hex'))).toBe(false);
  });

  test('that cannot be emptied are said to hold keys, in the log and to who starts it, unless the limit forbids them', async () => {
    // With its permissions set, Node may not write where the kernel asks what goes into a dump.
    const start = async (limit: string) => {
      const home = await newHome();
      expect((await lethe(home, ['init'])).code).toBe(0);
      const node = [
        '--permission',
        '--allow-fs-read=*',
        `--allow-fs-write=${home}`,
        '--allow-addons',
        '--allow-worker',
      ];
      const through = ['sh', '-c', `ulimit -S -c ${limit} && exec "$0" "$@"`];
      const server = await startServer(home, { log: `${home}/log`, node: [...node, '--no-warnings'], through });
      await server.end();
      return [await readFile(`${home}/log`, 'utf8'), await readFile(`${home}/log.err`, 'utf8')];
    };
    const warning = 'A core dump of this process would hold keys.';
    for (const said of await start('1')) expect(said).toContain(warning);
    for (const said of await start('0')) expect(said).not.toContain(warning);
  });

  test('are emptied for a command, too', async () => {
    const home = await newHome();
    const child = spawn(process.execPath, [CLI, 'unseal', '--help'], {
      env: {
        PATH: process.env.PATH,
        LETHE_HOME: home,
        NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(AT_EXIT)}`,
      },
    });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    await new Promise((resolve) => child.once('close', resolve));
    expect(said).toContain('dump filter 00000000');
  });
});

/** What a process says of itself when it ends. */
const AT_EXIT = `
  import { readFileSync } from 'node:fs';
  process.on('exit', () => console.log('dump filter ' + readFileSync('/proc/self/coredump_filter', 'ascii')));
`;
