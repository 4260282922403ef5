/**
 * package-lock.json is complete for every platform, names no private host, and asks no machine for a compiler.
 * npm drops what the registry at hand does not hold, and `npm ci` then refuses the file elsewhere; this says so first.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

interface Entry {
  resolved?: string;
  integrity?: string;
  optionalDependencies?: Record<string, string>;
  hasInstallScript?: boolean;
  gypfile?: boolean;
}

const read = (name: string) => JSON.parse(readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8'));
const manifest: { allowScripts: Record<string, boolean> } = read('package.json');
const packages: Record<string, Entry> = read('package-lock.json').packages;
const installed = Object.entries(packages).filter(([path]) => path !== '');

/** Where Node would look for `name` from a package at `path`, nearest first. */
function* places(path: string, name: string): Generator<string> {
  for (
    let folder = path;
    folder !== '';
    folder = folder.slice(0, Math.max(0, folder.lastIndexOf('node_modules/') - 1))
  ) {
    yield `${folder}/node_modules/${name}`;
  }
  yield `node_modules/${name}`;
}

test('every optional dependency has its entry, whatever the platform', () => {
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter((name) => ![...places(path, name)].some((place) => place in packages)),
  );

  expect(missing).toEqual([]);
});

test('no entry names a host other than the public registry', () => {
  const hosts = new Set(installed.flatMap(([, { resolved }]) => (resolved ? [new URL(resolved).host] : [])));

  hosts.delete('registry.npmjs.org');
  expect([...hosts]).toEqual([]);
});

test('every package is held to its hash', () => {
  expect(installed.filter(([, { integrity }]) => !integrity?.startsWith('sha512-')).map(([path]) => path)).toEqual([]);
});

test('every install script has been decided on, by name', () => {
  const undecided = installed
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length))
    .filter((name) => !(name in manifest.allowScripts));

  expect(undecided).toEqual([]);
});

test('better-sqlite3 is never compiled (npm run lock puts the line back)', () => {
  expect(packages['node_modules/better-sqlite3']?.gypfile).toBe(false);
});
