/** There is one version: `package.json` has it, the changelog's topmost heading is it, and all that tells it reads it there. */
import { execFileSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openApi } from '../../src/http/openapi/openapi.ts';
import { RELEASE } from '../../src/release.ts';
import { releaseAndSchema } from '../../src/vault/release-and-schema.ts';
import { nodeEnv } from '../support/node-env.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string) => readFile(join(root, path), 'utf8');
/** Semantic Versioning 2.0.0, section 9: what is not released yet has a suffix. */
const VERSION = /^(\d+)\.(\d+)\.(\d+)(-dev)?$/;

/** Larger is later; a version that is not released yet comes before its release. */
function rank(version: string): number[] {
  const [, major, minor, patch, dev] = VERSION.exec(version) ?? [];
  return [Number(major), Number(minor), Number(patch), dev === undefined ? 1 : 0];
}

test('the version of the package is that of the lockfile, and the topmost heading of the changelog, above earlier ones', async () => {
  const lock = JSON.parse(await read('package-lock.json'));
  const headings = [...(await read('CHANGELOG.md')).matchAll(/^## (\S+)/gm)].map(([, title = '']) => title);
  expect(RELEASE).toMatch(VERSION);
  expect([lock.version, lock.packages[''].version, headings[0]]).toEqual([RELEASE, RELEASE, RELEASE]);
  for (const [i, title] of headings.entries()) {
    expect(title).toMatch(VERSION);
    const before = headings[i + 1];
    if (before === undefined) continue;
    const [higher, lower] = [rank(title), rank(before)];
    const at = higher.findIndex((part, n) => part !== lower[n]);
    expect([title, before, (higher[at] ?? 0) > (lower[at] ?? 0)]).toEqual([title, before, true]);
  }
});

test('the command, health and the API’s description tell it', async () => {
  const said = execFileSync(process.execPath, [join(root, 'src/cli.ts'), '--version'], { env: nodeEnv });
  expect(said.toString().trim()).toBe(RELEASE);
  expect((await releaseAndSchema()).release).toBe(RELEASE);
  expect(openApi()).toMatchObject({ info: { version: RELEASE } });
});

test('no file of src/ has a version of its own', async () => {
  const files = (await readdir(join(root, 'src'), { recursive: true })).filter((name) => name.endsWith('.ts'));
  const found: string[] = [];
  for (const file of files) if ((await read(join('src', file))).includes(RELEASE)) found.push(file);
  expect(found).toEqual([]);
});
