/**
 * The operators' handbook, `src/deploy/README.md`: its commands are typed as they stand, on a vault that is served for real.
 *
 * A block of ```sh is typed, in the order of the page, unless a comment before it names the test that runs it:
 *   <!-- run by test/….test.ts -->
 * A block of ```text is not typed, and the page says so before it. `localhost:7300` is put elsewhere, and
 * `npm run -s lethe --` is typed without npm, which `readme.test.ts` types.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { CHECKS } from '../../src/doctor/checks.ts';
import { nodeEnv } from '../support/node-env.ts';
import { startServer } from '../support/server-process.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { openTerminal } from '../support/terminal.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const PAGE = 'src/deploy/README.md';
const page = await readFile(join(root, PAGE), 'utf8');

interface Block {
  readonly section: string;
  readonly kind: string;
  readonly text: string;
  readonly runBy: string | undefined;
  /** What stands before it. */
  readonly before: string;
}

const blocks: readonly Block[] = page.split(/^## /m).flatMap((part) => {
  const section = part.slice(0, part.indexOf('\n'));
  return [...part.matchAll(/(?:^<!-- run by (\S+) -->\n)?^```(\w*)\n([\s\S]*?)^```$/gm)].map((found) => {
    const [, runBy, kind = '', text = ''] = found;
    return { section, kind, text, runBy, before: part.slice(Math.max(0, found.index - 400), found.index) };
  });
});

test('the commands of the handbook run as they are typed', async () => {
  const { path: folder, remove } = await temporaryFolder();
  onTestFinished(remove);
  const server = await startServer(folder, { log: join(folder, 'server.log') });
  const type = openTerminal(folder, { ...nodeEnv, HOME: folder });
  const said: Record<string, string> = {};

  for (const { section, text } of blocks.filter(({ kind, runBy }) => kind === 'sh' && runBy === undefined)) {
    const printed = await type(text.replaceAll('localhost:7300', new URL(server.url).host));
    expect(printed, section).not.toMatch(/\[failed|^lethe:/m);
    said[section] = `${said[section] ?? ''}${printed}`;
  }

  const doctor = said['Doctor, status and metrics'] ?? '';
  expect(doctor).toMatch(/^OK +vault +Home, stores, root key and epochs are one vault’s\.$/m);
  expect(doctor).toMatch(/^exit code 1$/m);
  expect(doctor).toMatch(/^record store +sqlite, reachable, schema \d{4}-[a-z-]+$[\s\S]*^ten_\w+ +default +.* live$/m);
  expect(doctor).toMatch(/^lethe_epoch_age_seconds \d+$/m);
  const { findings } = JSON.parse(await readFile(join(folder, 'findings.json'), 'utf8')) as { findings: object[] };
  expect(findings.length).toBeGreaterThan(0);
  expect(await server.end()).toBe(0);
}, 120_000);

test('what is not typed says so, or names a test that is there', () => {
  for (const { section, kind, runBy, before } of blocks) {
    if (runBy !== undefined) expect(existsSync(join(root, runBy)), `${section}: ${runBy}`).toBe(true);
    if (kind === 'text') expect(before, section).toMatch(/[Nn]ot run by a test/);
    expect(['sh', 'text', 'ini', 'nginx', 'haproxy', 'json', 'sql'], section).toContain(kind);
  }
});

test('every link leads to a heading that is there', async () => {
  const links = [...page.matchAll(/\]\(([^)#]*)#([^)]+)\)/g)].map(([, to = '', heading = '']) => ({ to, heading }));
  expect(links.length).toBeGreaterThan(10);
  for (const { to, heading } of links) {
    const text = to === '' ? page : await readFile(join(root, 'src/deploy', to), 'utf8');
    const headings = [...text.matchAll(/^##+ (.*)$/gm)].map(([, title = '']) => slugOf(title));
    expect(headings, `${to}#${heading}`).toContain(heading);
  }
});

test('the handbook says of each check what it looks at, and of no other', () => {
  const table = page.slice(page.indexOf('| id | what it looks at |'));
  const rows = [...table.slice(0, table.indexOf('\n\n')).matchAll(/^\| `(\w+)` \|/gm)].map(([, id]) => id);
  expect(rows.toSorted()).toEqual(CHECKS.map(({ id }) => id).toSorted());
});

/** As the pages are rendered: lower case, words joined, all else left out. */
function slugOf(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\w\s-]/g, '')
    .trim()
    .replaceAll(' ', '-');
}
