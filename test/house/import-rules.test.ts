/**
 * The import rules (D5) are held by .dependency-cruiser.cjs, and some of what a file may say by biome.json. This plants
 * every kind of violation in a house of its own, has both look at it once, and sees each caught by the rule meant for
 * it; and what is allowed left in peace.
 */
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** By the rule that catches them: which folder, or file, of src/ imports (→), imports a type of (⇒) or loads later (⇢) what. */
const FORBIDDEN: Readonly<Record<string, readonly string[]>> = {
  'http/ imports': [
    'http/routes → records/store.ts',
    'http/routes → crypto/seal.ts',
    'http → keyring/keyring.ts',
    'http ⇒ storage/tx.ts',
    'http → catalogue/store.ts',
    'http → doctor/examine.ts',
    'http → journal/journal.ts',
    'http → backup/backups.ts',
    'http → intake/accept.ts',
    'http → guesses/budgets.ts',
    'http → jobs/runner.ts',
    'http → client/client.ts',
    'http → cli/program.ts',
    'http → import/map.ts',
  ],
  'cli/ imports': [
    'cli.ts → tokens/store.ts',
    'main.ts → keyring/keyring.ts',
    'demo.ts → storage/tx.ts',
    'cli → backup/restore.ts',
    'cli → jobs/runner.ts',
  ],
  'client/ imports': [
    'client → tokens/token.ts',
    'client → catalogue/catalogue.ts',
    'client → vault/vault.ts',
    'client → http/problem.ts',
  ],
  'import/ imports': ['import → datatypes/registry.ts', 'import → vault/vault.ts', 'import → client/client.ts'],
  'operations apart': [
    'operations/erasures → operations/erasures/erase.ts',
    'operations/keys → operations/erasures/erase.ts',
    'operations/erasures ⇢ operations/erasures/erase.ts',
    'operations/keys → operations/operations.ts',
  ],
  'operations/ imports': [
    'operations/keys → http/problem.ts',
    'operations → http/route.ts',
    'operations/keys → cli/table.ts',
    'operations/keys → client/client.ts',
  ],
  'background/ imports': ['background → http/problem.ts', 'background → operations/keys/rotate-keys.ts'],
  'calls/ imports': [
    'calls → http/problem.ts',
    'calls/perform.ts → client/client.ts',
    'calls → background/long-jobs.ts',
    'calls → operations/keys/rotate-keys.ts',
    'calls → config.ts',
  ],
  'vault/ imports': [
    'vault/vault.ts → http/server.ts',
    'vault → calls/time-limit.ts',
    'vault → operations/keys/rotate-keys.ts',
  ],
  'doctor/ imports': [
    'doctor → operations/erasures/erase.ts',
    'doctor/checks → vault/home.ts',
    'doctor → canaries/canaries.ts',
  ],
  'backup/ imports': ['backup → doctor/examine.ts', 'backup → vault/vault.ts', 'backup → jobs/runner.ts'],
  'canaries/ imports': ['canaries → backup/drill.ts', 'canaries → jobs/runner.ts'],
  'intake/ imports': [
    'intake → operations/values/tokenize.ts',
    'intake → canaries/canaries.ts',
    'intake → jobs/orphan-keys.ts',
  ],
  'jobs/ imports': [
    'jobs → operations/keys/rotate-keys.ts',
    'jobs → calls/perform.ts',
    'jobs → intake/accept.ts',
    'jobs → backup/backups.ts',
  ],
  'erasure/ imports': [
    'erasure → client/client.ts',
    'erasure → doctor/examine.ts',
    'erasure → canaries/canaries.ts',
    'erasure → jobs/runner.ts',
    'erasure → intake/accept.ts',
  ],
  'guesses/ imports': ['guesses ⇒ search/criteria.ts', 'guesses → erasure/erasures.ts'],
  'search/ imports': ['search → guesses/budgets.ts', 'search → tokens/tokens.ts', 'search → access/schema.ts'],
  'catalogue/ imports': [
    'catalogue → operations/values/tokenize.ts',
    'catalogue → operations/types/list-types.ts',
    'catalogue → search/criteria.ts',
    'catalogue → tokens/format.ts',
    'catalogue → records/store.ts',
  ],
  'subjects/ imports': ['subjects → records/store.ts', 'subjects → datatypes/registry.ts'],
  'tokens/ imports': [
    'tokens → intake/accept.ts',
    'tokens → access/schema.ts',
    'tokens → catalogue/catalogue.ts',
    'tokens → subjects/subjects.ts',
  ],
  'records/ imports': ['records → backup/backups.ts', 'records → tokens/tokens.ts', 'records → access/decide.ts'],
  'audit/ imports': ['audit → records/store.ts'],
  'access/ imports': ['access → http/problem.ts', 'access → audit/entries.ts', 'access → datatypes/registry.ts'],
  'journal/ imports': [
    'journal → operations/copies/recover.ts',
    'journal → canaries/canaries.ts',
    'journal → access/revocations.ts',
    'journal → config.ts',
  ],
  'datatypes/ imports': ['datatypes → crypto/seal.ts', 'datatypes → storage/tx.ts', 'datatypes → tokens/format.ts'],
  'keyring/ imports': [
    'keyring → records/record.ts',
    'keyring → tokens/schema.ts',
    'keyring → subjects/subject.ts',
    'keyring → catalogue/catalogue.ts',
    'keyring/slots → backup/manifest.ts',
    'keyring → journal/journal.ts',
    'keyring → vault/vault.ts',
    'keyring → intake/accept.ts',
    'keyring → access/decide.ts',
    'keyring/root ⇒ config.ts',
  ],
  'storage/ imports': [
    'storage → catalogue/store.ts',
    'storage/copies → canaries/canaries.ts',
    'storage → journal/entry.ts',
    'storage → catalogue/types-of.ts',
    'storage → records/record.ts',
    'storage/opening → config.ts',
  ],
  'crypto/ imports': ['crypto → guesses/budgets.ts', 'crypto → keyring/keyring.ts', 'crypto → storage/tx.ts'],
  'common files imports': [
    'errors.ts → vault/vault.ts',
    'ids.ts → keyring/keyring.ts',
    'clock.ts → config.ts',
    'sharing.ts → access/decide.ts',
  ],
  'config.ts imports': ['config.ts → keyring/keyring.ts', 'settings.ts → keyring/keyring.ts'],
  'process files imports': ['process-memory.ts → config.ts'],
  'a part without a row': ['sharing → errors.ts'],
  'packages of crypto/': [
    'http → node:crypto',
    'storage → node:crypto',
    'records → libsodium-wrappers',
    'records → node:crypto',
    'records → crypto',
    'keyring → shamir-secret-sharing',
    'erasure → jose',
  ],
  'packages of storage/': [
    'http → knex',
    'cli → knex',
    'operations/keys → knex',
    'crypto → knex',
    'records → knex',
    'records → pg',
    'records → better-sqlite3',
    'records → pg/lib/connection.js',
  ],
  'packages of keyring/': [
    'records → pkcs11js',
    'operations/keys → pkcs11js',
    'storage → pkcs11js',
    'crypto → pkcs11js',
    'cli → pkcs11js',
  ],
  'packages of http/': ['process-memory.ts → express', 'records → express', 'records → helmet'],
  'the process': ['records → node:process', 'http → process'],
  tests: ['records → ../test/support/postgres.ts', '../migrations/keystore → ../test/support/postgres.ts'],
  circles: ['audit/there.ts → audit/back.ts', 'audit/back.ts ⇒ audit/there.ts'],
};

const ALLOWED = [
  'http/routes → operations/erasures/erase.ts',
  'http/routes → tokens/schema.ts',
  'http → catalogue/schema.ts',
  'http → storage/errors.ts',
  'http → ids.ts',
  'http → sharing.ts',
  'http → express',
  'http → helmet',
  'cli → http/problem.ts',
  'operations/keys → calls/perform.ts',
  'operations/keys → vault/vault.ts',
  'operations/keys → operations/values/schema.ts',
  'operations/keys → records/store.ts',
  'operations → operations/erasures/erase.ts',
  'catalogue → keyring/index-keys.ts',
  'catalogue → datatypes/registry.ts',
  'catalogue → storage/tx.ts',
  'catalogue → crypto/mac.ts',
  'datatypes → crypto/phc.ts',
  'import → datatypes/card-number.ts',
  'keyring → crypto/wrap.ts',
  'keyring → storage/tx.ts',
  'keyring → pkcs11js',
  'storage → knex',
  'storage → pg',
  'storage → better-sqlite3',
  'crypto → libsodium-wrappers',
  'crypto → node:crypto',
  'crypto → shamir-secret-sharing',
  '../test → knex',
  '../test → records/store.ts',
];

/** What the linter holds: by its rule, what a file says. */
const SAID: readonly (readonly [caught: string | undefined, name: string, file: string, source: string])[] = [
  ['noProcessEnv', 'a noun reads the environment', 'src/records/env.ts', 'export const x = process.env.HOME;'],
  ['noUndeclaredDependencies', 'src imports what only tests may', 'src/records/dev.ts', "import 'vitest';"],
  ['useImportExtensions', 'an import leaves its extension out', 'src/audit/short.ts', "import './there';"],
  ['noConsole', 'a noun prints', 'src/audit/print.ts', 'console.log(1);'],
  [
    'noFloatingPromises',
    'a promise is left floating',
    'src/audit/float.ts',
    'async function f() {}\nexport const g = () => { f(); };',
  ],
  ['noExplicitAny', 'a value of any type', 'src/audit/any.ts', 'export const f = (x: any) => x;'],
  ['noUnusedImports', 'an import nobody uses', 'src/audit/unused.ts', "import { a } from './there.ts';"],
  [undefined, 'the configuration reads the environment', 'src/config.ts', 'export const home = process.env.HOME;'],
  [undefined, 'the demo prints', 'src/demo.ts', 'console.log(1);'],
  [undefined, 'a test imports what only tests may', 'test/z.test.ts', "import 'vitest';"],
];

const WRITTEN: Readonly<Record<string, (path: string) => string>> = {
  '→': (path) => `import '${path}';\n`,
  '⇒': (path) => `import type { T } from '${path}';\nexport type Same = T;\n`,
  '⇢': (path) => `export const late = import('${path}');\n`,
};

describe('the import rules', () => {
  let house: string;
  /** By the file: the names of the rules it breaks. */
  const caught = new Map<string, string[]>();

  beforeAll(async () => {
    house = await mkdtemp(join(tmpdir(), 'lethe-house-'));
    const settings = ['.dependency-cruiser.cjs', 'biome.json', 'package.json', 'tsconfig.json', '.gitignore'];
    for (const name of settings) await copyFile(join(root, name), join(house, name));
    await symlink(join(root, 'node_modules'), join(house, 'node_modules'));
    for (const line of [...Object.values(FORBIDDEN).flat(), ...ALLOWED]) await plantImport(line);
    for (const [, , file, source] of SAID) await write(file, source);
    for (const { file, rule } of [...(await cruise(house)), ...(await lint(house))]) {
      caught.set(file, [...(caught.get(file) ?? []), rule]);
    }
  });

  afterAll(() => rm(house, { recursive: true, force: true }));

  /** What is imported is there, too. */
  async function plantImport(line: string): Promise<void> {
    const [, arrow = '', target = ''] = line.split(' ');
    const file = fileOf(line);
    const [there, isOfHouse] = [join('src', target), target.endsWith('.ts')];
    const path = relative(dirname(file), there);
    await write(file, WRITTEN[arrow]?.(!isOfHouse ? target : path.startsWith('.') ? path : `./${path}`) ?? '');
    if (isOfHouse) await write(there, '');
  }

  async function write(file: string, source: string): Promise<void> {
    await mkdir(dirname(join(house, file)), { recursive: true });
    await writeFile(join(house, file), source, { flag: 'a' });
  }

  for (const [rule, lines] of Object.entries(FORBIDDEN)) {
    test.for(lines)(`%s: caught by “${rule}”`, (line) => {
      expect(caught.get(fileOf(line))).toContain(rule);
    });
  }

  test.for(ALLOWED)('%s: allowed', (line) => {
    expect(caught.get(fileOf(line))).toBeUndefined();
  });

  test.for(SAID)('by %s, %s', ([rule, , file]) => {
    const said = caught.get(file)?.filter((name) => name.startsWith('lint/')) ?? [];
    expect(said.map((name) => name.split('/').at(-1))).toEqual(rule === undefined ? [] : [rule]);
  });
});

/** A file of its own for what a folder imports: its place in the list tells it from others. */
function fileOf(line: string): string {
  const [from = ''] = line.split(' ');
  const place = [...Object.values(FORBIDDEN).flat(), ...ALLOWED].indexOf(line);
  return join('src', from.endsWith('.ts') ? from : `${from}/plant-${place}.ts`);
}

type Caught = { readonly file: string; readonly rule: string };

async function cruise(folder: string): Promise<Caught[]> {
  const options = ['--config', '.dependency-cruiser.cjs', '--output-type', 'json'];
  const report = await run(
    'dependency-cruiser/bin/dependency-cruise.mjs',
    ['src', 'migrations', 'test', ...options],
    folder,
  );
  const modules: { source: string; dependencies: { rules?: { name: string }[] }[] }[] = report.modules;
  return modules.flatMap(({ source, dependencies }) =>
    dependencies.flatMap(({ rules = [] }) => rules.map(({ name }) => ({ file: source, rule: name }))),
  );
}

async function lint(folder: string): Promise<Caught[]> {
  const options = ['--reporter=json', '--max-diagnostics=none'];
  const report = await run('@biomejs/biome/bin/biome', ['lint', ...options, 'src', 'test'], folder);
  const found: { category: string; location: { path: string } }[] = report.diagnostics;
  return found.map(({ category, location }) => ({ file: location.path, rule: category }));
}

/** @returns what the tool printed, whatever it thinks of it */
function run(tool: string, options: readonly string[], folder: string): Promise<ReturnType<typeof JSON.parse>> {
  return new Promise((resolve, reject) => {
    const args = [join(root, 'node_modules', tool), ...options];
    execFile(process.execPath, args, { cwd: folder, maxBuffer: 2 ** 26 }, (_, stdout, stderr) => {
      const report = stdout.slice(stdout.indexOf('{'), stdout.lastIndexOf('}') + 1);
      if (report === '') reject(new Error(`${tool} reported nothing: ${stderr}`));
      else resolve(JSON.parse(report));
    });
  });
}
