/**
 * Each table has one owner: the folder of `src` that defines it. Only there it is asked, through its definition; others
 * call the owner's functions. Where a statement must be composed by hand, it still takes its table from the definition.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Whoever may take another folder's definition, and why. */
const MAY_IMPORT = new Map([
  ['src/erasure/drain.ts', 'empties every table that holds something of a tenant, by its definition alone'],
  ['src/backup/living.ts', 'reads the rows of nodes in a store that is not open'],
  ['src/backup/restore.ts', 'carries the rows of nodes from a store to the copy that takes its place'],
]);

/** Whoever composes a statement, and what `storage/queries.ts` does not say. */
const MAY_COMPOSE = new Map([
  ['src/access/store.ts', 'principals with their API keys: joins'],
  ['src/erasure/counts.ts', 'how many rows each tenant has: groups'],
  ['src/erasure/drain.ts', 'whichever columns the key of a table has'],
  ['src/erasure/shreds.ts', 'tenants, each once'],
  ['src/guesses/store.ts', 'a budget that begins anew in the statement that takes from it; one of two conditions'],
  ['src/jobs/job-store.ts', 'one of two conditions'],
  ['src/keyring/indexes/index-versions.ts', 'a condition on an expression; a column set to another one'],
  ['src/keyring/inventory.ts', 'record keys in compromised buckets: a join'],
  ['src/keyring/tree/compromised-buckets.ts', 'one of two conditions'],
  ['src/keyring/tree/window-keys.ts', 'one of two conditions'],
  ['src/tokens/sweep.ts', 'conditions with a value, to the letter as a partial index has them'],
]);

type Sources = ReadonlyMap<string, string>;
const COMPOSES = /\.(?:query|execute)\b(?:<[^(]*>)?\(\s*\(?\w+\)? =>/;
const NAMES_A_TABLE = [
  /(?:\bsql|\.(?:from|into|\w*[jJ]oin))\(\s*(?:\{\s*\w+:\s*)?['"`](\w+)/g,
  /\braw\(\s*['"`][^'"`]*\b(?:from|join|into|update) "?(\w+)/gi,
];

const ownerOf = (file: string) => file.split('/')[1];
const withoutComments = (source: string) => source.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');

/** What the house's files break. */
function offences(sources: Sources): string[] {
  const found: string[] = [];
  const exported = new Map<string, Set<string>>();
  const owners = new Map<string, string>();
  for (const [file, source] of sources) {
    for (const [, , name = '', kind, store, table] of source.matchAll(
      /^(export )?const (\w+) = (table|lookup)\((?:\s*'(\w+)',\s*'(\w+)')?/gm,
    )) {
      exported.set(file, (exported.get(file) ?? new Set()).add(name));
      if (kind !== 'table') continue;
      const other = owners.get(`${store} ${table}`);
      if (other !== undefined)
        found.push(`${file} defines ${table} of the ${store} store, which is defined in ${other}`);
      owners.set(`${store} ${table}`, file);
    }
  }
  const names = new Set([...owners.keys()].map((owner) => owner.split(' ')[1]));
  for (const [file, text] of sources) {
    const source = withoutComments(text);
    for (const [, taking = '', from = ''] of source.matchAll(
      /^(?:import|export) ([^;'"]*?) ?from '(\.[^']+)'|\bimport\('\.[^']+'\)/gm,
    )) {
      const there = normalize(join(dirname(file), from));
      const tables = exported.get(there);
      if (tables === undefined || ownerOf(there) === ownerOf(file) || MAY_IMPORT.has(file)) continue;
      const taken = taking.includes('*') ? [...tables] : taking.split(/[\s,{}]+/).filter((name) => tables.has(name));
      for (const name of taken) found.push(`${file} takes ${name} from ${there}`);
    }
    if (ownerOf(file) === 'storage') continue;
    if (COMPOSES.test(source) && !MAY_COMPOSE.has(file)) found.push(`${file} composes a statement`);
    const named = NAMES_A_TABLE.flatMap((pattern) => [...source.matchAll(pattern)].map(([, name]) => name ?? ''));
    if (named.some((name) => names.has(name))) found.push(`${file} names a table`);
  }
  return found;
}

const house: Sources = new Map(
  readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `src/${name}`)
    .map((file) => [file, readFileSync(join(root, file), 'utf8')]),
);

test('each table is defined once, and asked by the folder that defines it alone', () => {
  expect(offences(house)).toEqual([]);
});

test('whoever is excepted is there, and needs it', () => {
  for (const file of MAY_COMPOSE.keys()) expect(withoutComments(house.get(file) ?? ''), file).toMatch(COMPOSES);
  for (const file of MAY_IMPORT.keys()) {
    const renamed = new Map(house).set(`${file.slice(0, -3)}-planted.ts`, house.get(file) ?? '');
    expect(
      offences(renamed).some((offence) => / takes /.test(offence)),
      file,
    ).toBe(true);
  }
});

test.each([
  [
    'another folder’s table',
    "import { records } from '../records/store.ts';",
    'takes records from src/records/store.ts',
  ],
  ['it beside others', "import { a, records, type B } from '../records/store.ts';", 'takes records'],
  ['it under another name', "import {\n  records as them,\n} from '../records/store.ts';", 'takes records'],
  ['everything there is', "import * as theirs from '../records/store.ts';", 'takes records'],
  ['it to hand it on', "export { records } from '../records/store.ts';", 'takes records'],
  ['another folder’s lookup', "import { recordById } from '../records/store.ts';", 'takes recordById'],
  ['a table that has an owner', "const mine = table('records', 'records', { a: 'text' }, ['a']);", 'defines records'],
  ['the name of a table', "export const a = (r) => r.query((sql) => sql('records'));", 'names a table'],
  ['its name with another', "export const a = (r) => r.query((sql) => sql({ r: 'records' }));", 'names a table'],
  ['its name in a join', "export const a = (q) => q.leftJoin('records as r', 'a', 'b');", 'names a table'],
  ['its name in text', "export const a = (sql) => sql.raw('SELECT 1 FROM records');", 'names a table'],
  ['a statement of its own', 'export const a = (r, t) => r.query<{ n: number }>((sql) => sql(t.name));', 'composes'],
  ['a change of its own', 'export const a = (tx, t) => tx.execute((sql) => sql(t.name).delete());', 'composes'],
])('whoever takes %s is found', (_, planted, offence) => {
  const found = offences(new Map(house).set('src/subjects/planted.ts', planted));
  expect(found.filter((one) => !one.startsWith('src/subjects/planted.ts '))).toEqual([]);
  expect(found.join('\n')).toContain(offence);
});

test('what the owner does with its own table is left in peace', () => {
  const own =
    "import { records } from './store.ts';\nexport const all = (r) => select(r, records);\n// sql('records')\n";
  expect(offences(new Map(house).set('src/records/planted.ts', own))).toEqual([]);
});
