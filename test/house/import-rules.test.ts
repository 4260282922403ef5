/**
 * The import rules (D5) are held by biome.json. This plants every kind of violation in a copy of
 * the house, lints the copy once, and sees each caught by the rule meant for it; and what is allowed left in peace.
 */
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

type Plant = [name: string, file: string, source: string];
type Violation = [...Plant, caught: string];

const ONE_WAY = 'imports go one way';
const EDGE = 'An edge reaches a noun through operations/';
const VERB = 'A verb never imports another verb';
const OWNER = 'One importer each';

const forbidden: Violation[] = [
  ['http imports a store', 'src/http/routes/a.ts', "import '../../records/store.ts';", EDGE],
  ['http imports the inside of crypto', 'src/http/routes/b.ts', "import '../../crypto/seal.ts';", EDGE],
  ['http imports the inside of keyring', 'src/http/c.ts', "import '../keyring/keyring.ts';", EDGE],
  [
    'http imports a transaction',
    'src/http/d.ts',
    "import type { Tx } from '../storage/tx.ts'; export type T = Tx;",
    EDGE,
  ],
  ['http imports Knex', 'src/http/e.ts', "import 'knex';", OWNER],
  ['http imports node:crypto', 'src/http/f.ts', "import 'node:crypto';", OWNER],
  ['the command line imports a store', 'src/cli.ts', "import './tokens/store.ts';", EDGE],
  ['the command line imports Knex', 'src/cli/init.ts', "import 'knex';", OWNER],
  ['the server imports Express itself', 'src/main.ts', "import 'express';", OWNER],
  ['the client imports a noun', 'src/client/client.ts', "import '../tokens/token.ts';", EDGE],
  ['a verb imports a verb', 'src/operations/erasures/a.ts', "import './erase.ts';", VERB],
  ['a verb imports a verb the long way round', 'src/operations/keys/b.ts', "import '../erasures/erase.ts';", VERB],
  ['a verb loads a verb later', 'src/operations/erasures/c.ts', "export const late = import('./erase.ts');", VERB],
  ['a verb imports http', 'src/operations/keys/d.ts', "import '../../http/problem.ts';", ONE_WAY],
  ['the composition root imports http', 'src/vault/vault.ts', "import '../http/server.ts';", ONE_WAY],
  ['the one door imports the client', 'src/calls/perform.ts', "import '../client/client.ts';", ONE_WAY],
  ['a verb imports Knex', 'src/operations/keys/e.ts', "import 'knex';", OWNER],
  ['a noun imports a verb', 'src/jobs/a.ts', "import '../operations/keys/rotate-keys.ts';", ONE_WAY],
  ['a call imports http', 'src/calls/a.ts', "import '../http/problem.ts';", ONE_WAY],
  ['the background work imports http', 'src/background/a.ts', "import '../http/problem.ts';", ONE_WAY],
  ['a noun imports a call', 'src/jobs/b.ts', "import '../calls/perform.ts';", ONE_WAY],
  ['a noun imports http', 'src/access/a.ts', "import '../http/problem.ts';", ONE_WAY],
  ['a noun imports the client', 'src/erasure/a.ts', "import '../client/client.ts';", ONE_WAY],
  ['the errors import the vault', 'src/errors.ts', "import './vault/vault.ts';", ONE_WAY],
  ['keyring imports records', 'src/keyring/a.ts', "import '../records/record.ts';", 'keyring/ knows nothing'],
  ['keyring imports tokens', 'src/keyring/b.ts', "import '../tokens/schema.ts';", 'keyring/ knows nothing'],
  ['keyring imports subjects', 'src/keyring/c.ts', "import '../subjects/subject.ts';", 'keyring/ knows nothing'],
  [
    'keyring imports the catalogue',
    'src/keyring/e.ts',
    "import '../catalogue/catalogue.ts';",
    'keyring/ knows nothing',
  ],
  ['http imports the inside of the catalogue', 'src/http/g.ts', "import '../catalogue/store.ts';", EDGE],
  ['the client imports the catalogue', 'src/client/b.ts', "import '../catalogue/catalogue.ts';", EDGE],
  ['the catalogue imports a verb', 'src/catalogue/a.ts', "import '../operations/values/tokenize.ts';", ONE_WAY],
  [
    'storage imports the catalogue',
    'src/storage/c.ts',
    "import '../catalogue/store.ts';",
    'storage/ carries every noun',
  ],
  ['keyring imports the backups', 'src/keyring/copies.ts', "import '../backup/manifest.ts';", 'keyring/ knows nothing'],
  [
    'storage imports the canaries',
    'src/storage/birds.ts',
    "import '../canaries/canaries.ts';",
    'storage/ carries every noun',
  ],
  ['http imports the inside of the doctor', 'src/http/d-2.ts', "import '../doctor/examine.ts';", EDGE],
  ['the doctor imports a verb', 'src/doctor/a.ts', "import '../operations/erasures/erase.ts';", ONE_WAY],
  ['a noun imports the doctor', 'src/erasure/d.ts', "import '../doctor/examine.ts';", 'stands above the nouns'],
  ['keyring imports the journal', 'src/keyring/notes.ts', "import '../journal/journal.ts';", 'keyring/ knows nothing'],
  [
    'storage imports the journal',
    'src/storage/notes.ts',
    "import '../journal/entry.ts';",
    'storage/ carries every noun',
  ],
  ['the journal imports a verb', 'src/journal/a.ts', "import '../operations/copies/recover.ts';", ONE_WAY],
  [
    'the journal imports the canaries',
    'src/journal/b.ts',
    "import '../canaries/canaries.ts';",
    'so do canaries/, backup/',
  ],
  ['http imports the inside of the journal', 'src/http/j-2.ts', "import '../journal/journal.ts';", EDGE],
  ['http imports the inside of backup', 'src/http/i.ts', "import '../backup/backups.ts';", EDGE],
  ['the command line imports the inside of backup', 'src/cli/copies.ts', "import '../backup/restore.ts';", EDGE],
  ['keyring imports the vault', 'src/keyring/d.ts', "import '../vault/vault.ts';", ONE_WAY],
  [
    'keyring imports what is built of records',
    'src/keyring/e-2.ts',
    "import '../intake/accept.ts';",
    'keyring/ knows nothing',
  ],
  ['http imports the inside of intake', 'src/http/g-2.ts', "import '../intake/accept.ts';", EDGE],
  ['http imports the inside of guesses', 'src/http/h.ts', "import '../guesses/budgets.ts';", EDGE],
  ['the client imports the catalogue', 'src/client/a.ts', "import '../catalogue/catalogue.ts';", EDGE],
  ['the catalogue imports a verb', 'src/catalogue/a-2.ts', "import '../operations/types/list-types.ts';", ONE_WAY],
  ['intake imports a verb', 'src/intake/a.ts', "import '../operations/values/tokenize.ts';", ONE_WAY],
  ['a noun below imports intake', 'src/tokens/a.ts', "import '../intake/accept.ts';", 'intake/ stands above'],
  [
    'a noun below imports the canaries',
    'src/erasure/b.ts',
    "import '../canaries/canaries.ts';",
    'so do canaries/, backup/',
  ],
  [
    'a noun below imports the backups',
    'src/records/n.ts',
    "import '../backup/vault-facts.ts';",
    'so do canaries/, backup/',
  ],
  [
    'storage imports the catalogue',
    'src/storage/c-2.ts',
    "import '../catalogue/types-of.ts';",
    'storage/ carries every noun',
  ],
  ['crypto imports guesses', 'src/crypto/c.ts', "import '../guesses/budgets.ts';", 'crypto/ stands at the bottom'],
  ['crypto imports a noun', 'src/crypto/a.ts', "import '../keyring/keyring.ts';", 'crypto/ stands at the bottom'],
  ['crypto imports Knex', 'src/crypto/b.ts', "import 'knex';", OWNER],
  ['storage imports a noun', 'src/storage/a.ts', "import '../records/record.ts';", 'storage/ carries every noun'],
  ['storage imports node:crypto', 'src/storage/b.ts', "import 'node:crypto';", OWNER],
  ['a noun imports Knex', 'src/records/a.ts', "import 'knex';", OWNER],
  ['a noun imports pg', 'src/records/b.ts', "import 'pg';", OWNER],
  ['a noun imports better-sqlite3', 'src/records/c.ts', "import 'better-sqlite3';", OWNER],
  ['a noun imports libsodium', 'src/records/d.ts', "import 'libsodium-wrappers';", OWNER],
  ['a noun imports the splitting of secrets', 'src/keyring/f-2.ts', "import 'shamir-secret-sharing';", OWNER],
  ['a noun imports node:crypto', 'src/records/e.ts', "import 'node:crypto';", OWNER],
  ['a noun imports crypto by its old name', 'src/records/f.ts', "import 'crypto';", OWNER],
  ['a noun imports Express', 'src/records/g.ts', "import 'express';", OWNER],
  ['a noun imports Helmet', 'src/records/h.ts', "import 'helmet';", OWNER],
  ['a noun imports the HSM', 'src/records/m.ts', "import 'pkcs11js';", OWNER],
  ['a verb imports the HSM', 'src/operations/keys/f.ts', "import 'pkcs11js';", OWNER],
  ['storage imports the HSM', 'src/storage/d-2.ts', "import 'pkcs11js';", OWNER],
  ['crypto imports the HSM', 'src/crypto/d.ts', "import 'pkcs11js';", OWNER],
  ['the command line imports the HSM', 'src/cli/a-2.ts', "import 'pkcs11js';", OWNER],
  ['src imports test', 'src/records/i.ts', "import '../../test/support/postgres.ts';", OWNER],
  ['a noun reads the environment', 'src/records/j.ts', 'export const x = process.env.HOME;', 'noProcessEnv'],
  ['a noun imports the environment', 'src/records/k.ts', "import 'node:process';", OWNER],
  ['src imports what only tests may', 'src/records/l.ts', "import 'vitest';", 'noUndeclaredDependencies'],
  ['two files import each other', 'src/audit/a.ts', "import './b.ts';", 'noImportCycles'],
  ['an import leaves its extension out', 'src/audit/c.ts', "import './b';", 'useImportExtensions'],
  ['a noun prints', 'src/audit/d.ts', 'console.log(1);', 'noConsole'],
  [
    'a promise is left floating',
    'src/audit/e.ts',
    'async function f() {}\nexport const g = () => { f(); };',
    'noFloatingPromises',
  ],
  ['a value of any type', 'src/audit/f.ts', 'export const f = (x: any) => x;', 'noExplicitAny'],
  ['an import nobody uses', 'src/audit/g.ts', "import { a } from './h.ts';", 'noUnusedImports'],
];

const allowed: Plant[] = [
  ['http imports a verb', 'src/http/routes/z.ts', "import '../../operations/erasures/erase.ts';"],
  ['http imports the schema of the catalogue', 'src/http/v.ts', "import '../catalogue/schema.ts';"],
  [
    'the catalogue imports keys, types, the store and MACs',
    'src/catalogue/z.ts',
    "import '../keyring/index-keys.ts'; import '../datatypes/registry.ts'; import '../storage/tx.ts'; import '../crypto/mac.ts';",
  ],
  ['http imports a schema', 'src/http/routes/y.ts', "import '../../tokens/schema.ts';"],
  [
    'http imports errors, configuration, ids',
    'src/http/x.ts',
    "import '../errors.ts'; import '../config.ts'; import '../ids.ts';",
  ],
  ['http imports Express and Helmet', 'src/http/w.ts', "import 'express'; import 'helmet';"],
  ['the client imports the vault', 'src/client/z.ts', "import '../vault/vault.ts';"],
  [
    'a verb imports the door, the root, the shapes and a noun',
    'src/operations/keys/z.ts',
    "import '../../calls/perform.ts'; import '../../vault/vault.ts'; import '../values/schema.ts'; import '../../records/store.ts';",
  ],
  ['keyring imports crypto and storage', 'src/keyring/z.ts', "import '../crypto/wrap.ts'; import '../storage/tx.ts';"],
  ['keyring imports the HSM', 'src/keyring/y.ts', "import 'pkcs11js';"],
  ['storage imports Knex and its drivers', 'src/storage/z.ts', "import 'knex'; import 'pg'; import 'better-sqlite3';"],
  [
    'crypto imports libsodium',
    'src/crypto/z.ts',
    "import 'libsodium-wrappers'; import 'node:crypto'; import 'shamir-secret-sharing';",
  ],
  ['the configuration reads the environment', 'src/config.ts', 'export const home = process.env.HOME;'],
  ['the demo prints', 'src/demo.ts', 'console.log(1);'],
  [
    'a test imports what it likes',
    'test/z.test.ts',
    "import 'knex'; import '../src/records/store.ts'; import 'vitest';",
  ],
];

describe('the import rules', () => {
  let house: string;
  /** What the linter said, by file: rule and message. */
  const said = new Map<string, string[]>();

  beforeAll(async () => {
    house = await mkdtemp(join(tmpdir(), 'lethe-house-'));
    for (const name of ['biome.json', 'package.json', '.gitignore'])
      await copyFile(join(root, name), join(house, name));
    await plant('src/audit/b.ts', "import './a.ts';");
    for (const [, file, source] of [...forbidden, ...allowed]) await plant(file, source);
    for (const { category, message, location } of await lint(house)) {
      said.set(location.path, [...(said.get(location.path) ?? []), `${category} ${message}`]);
    }
  });

  afterAll(() => rm(house, { recursive: true, force: true }));

  async function plant(file: string, source: string): Promise<void> {
    await mkdir(dirname(join(house, file)), { recursive: true });
    await writeFile(join(house, file), source);
  }

  test('each plant has a file of its own: of two in one, only the second would be looked at', () => {
    const files = [...forbidden, ...allowed].map(([, file]) => file);
    expect(files.filter((file, i) => files.indexOf(file) !== i)).toEqual([]);
  });

  test.for(forbidden)('%s: caught', ([, file, , caught]) => {
    expect(said.get(file)).toContainEqual(expect.stringContaining(caught));
  });

  test.for(allowed)('%s: allowed', ([, file]) => {
    expect(said.get(file)).toBeUndefined();
  });
});

type Diagnostic = { category: string; message: string; location: { path: string } };

function lint(folder: string): Promise<Diagnostic[]> {
  const biome = join(root, 'node_modules/.bin/biome');
  const rules = ['lint', '--reporter=json', '--max-diagnostics=none', 'src', 'test'];
  return new Promise((resolve, reject) => {
    execFile(biome, rules, { cwd: folder, maxBuffer: 2 ** 26 }, (_, stdout, stderr) => {
      const report = stdout.slice(stdout.indexOf('{'), stdout.lastIndexOf('}') + 1);
      if (report === '') reject(new Error(`biome reported nothing: ${stderr}`));
      else resolve(JSON.parse(report).diagnostics);
    });
  });
}
