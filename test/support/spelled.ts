/**
 * Statements and rows as people write them: ids and words by their text, although they lie packed in the stores
 * (`src/storage/packed.ts`).
 */
import type { Knex } from 'knex';
import { approvals } from '../../src/access/approvals/rows.ts';
import { apiKeys } from '../../src/access/key-rows.ts';
import { roles } from '../../src/access/roles/rows.ts';
import { auditEntries } from '../../src/audit/entries.ts';
import { destructions } from '../../src/erasure/destructions.ts';
import { hooks } from '../../src/hooks/hook-rows.ts';
import { hookEvents } from '../../src/hooks/outbox.ts';
import type { IdKind } from '../../src/ids.ts';
import { jobs } from '../../src/jobs/job-store.ts';
import { buckets, indexKeys, recordKeys, windows } from '../../src/keyring/tables.ts';
import { records } from '../../src/records/store.ts';
import { idPacking, type Packing, wordPacking } from '../../src/storage/packed.ts';
import type { Table } from '../../src/storage/table.ts';
import type { Reader } from '../../src/storage/tx.ts';
import { tokens } from '../../src/tokens/tokens.ts';

/** Between them they have every packed column there is; a test of the migrations holds that. */
const TABLES: readonly Table[] = [
  ...[apiKeys, auditEntries, buckets, destructions, hookEvents, hooks, indexKeys, jobs, recordKeys, records, roles],
  ...[tokens, windows, approvals],
];
/** By column, which packs alike in every table, but for `name`. */
export const PACKINGS: ReadonlyMap<string, Packing<never>> = new Map(TABLES.flatMap((table) => [...table.packings]));
/** Those that hold one id or word; no statement of the tests writes a list. */
const SINGLE = new Map([...PACKINGS].filter(([column]) => !['records', 'approved_by'].includes(column)));
const COLUMN = `\\b(${[...SINGLE.keys(), 'name'].join('|')})`;
const COMPARED = new RegExp(`${COLUMN}(\\s*(?:=|<>|<=?|>=?)\\s*)'([^']*)'`, 'g');
const LISTED = new RegExp(`${COLUMN}(\\s+(?:NOT )?IN\\s*\\()('[^)]*)\\)`, 'g');
/** One row, whose texts have no commas. */
const INSERTED = /^(\s*INSERT INTO \w+ \()([^)]*)(\)\s*(?:VALUES \(|SELECT ))((?:(?!FROM|\)).)*)/;
const CATALOGUE = /sqlite_master|pragma_|pg_|information_schema/;

function packingOf(column: string, statement: string): Packing<never> | undefined {
  if (column !== 'name') return SINGLE.get(column);
  return statement.includes('blind_indexes') ? (wordPacking as Packing<never>) : undefined;
}

/**
 * The same with literals packed where they are compared with, or set to, a column of ids or words.
 * @throws where an id is left that is compared with no column of texts: the statement would find nothing, in silence
 */
export function packedStatement(statement: string, engine: 'sqlite' | 'postgres'): string {
  const packed = CATALOGUE.test(statement) ? statement : packedLiterals(statement, engine);
  const left = /(\w+)?\s*(?:=|<>|\()?\s*'(?:rec|ten|sub|tok|bkt|ers|prn|aud|key|win|apr)_[0-9a-z]{10,}'/.exec(packed);
  if (left !== null && left[1] !== 'target') throw new Error(`This id is not packed: ${left[0]}`);
  return packed;
}

function packedLiterals(statement: string, engine: 'sqlite' | 'postgres'): string {
  const literal = (column: string, text: string) => {
    const packing =
      column === 'name' ? (/blind_indexes/.test(statement) ? wordPacking : undefined) : SINGLE.get(column);
    if (packing === undefined) return `'${text}'`;
    const hex = packing.pack(text as never).toString('hex');
    return engine === 'sqlite' ? `x'${hex}'` : `'\\x${hex}'::bytea`;
  };
  const inserted = INSERTED.exec(statement);
  if (inserted !== null) {
    const [whole, before = '', columns = '', between = '', given = ''] = inserted;
    const names = columns.split(',').map((column) => column.trim());
    const packed = given
      .split(',')
      .map((value, i) => value.replace(/'([^']*)'/, (_, text) => literal(names[i] ?? '', text)));
    return `${before}${columns}${between}${packed.join(',')}${packedLiterals(statement.slice(whole.length), engine)}`;
  }
  return statement
    .replace(COMPARED, (_, column: string, how: string, text: string) => `${column}${how}${literal(column, text)}`)
    .replace(LISTED, (_, column: string, how: string, texts: string) => {
      const packed = texts.replace(/'([^']*)'/g, (_all, text: string) => literal(column, text));
      return `${column}${how}${packed})`;
    });
}

/** The same with values packed that stand for a column of ids or words. */
export function packedValues(statement: string, values: readonly unknown[]): unknown[] {
  const packed = [...values];
  const put = (column: string | undefined, at: number) => {
    const packing = packingOf(column ?? '', statement);
    if (packing !== undefined && typeof packed[at] === 'string') packed[at] = packing.pack(packed[at] as never);
  };
  const inserted = /INSERT INTO ["`]?\w+["`]? \(([^)]*)\) VALUES/i.exec(statement);
  const columns = inserted?.[1]?.split(',').map((column) => column.replace(/[\s"`]/g, ''));
  if (columns !== undefined) for (const [at, column] of columns.entries()) put(column, at);
  let at = -1;
  let listed: string | undefined;
  const places = /(?:(\w+)["`]?\s*(?:=|!=|<>|<=?|>=?)\s*|(\w+)["`]? (?:not )?in \()?(?:\?|\$\d+)(?=(,|\)?))/gi;
  for (const [text, compared, list, next] of statement.matchAll(places)) {
    at = text.endsWith('?') ? at + 1 : Number(text.slice(text.lastIndexOf('$') + 1)) - 1;
    listed = list ?? listed;
    put(compared ?? listed, at);
    if (next !== ',' || compared !== undefined) listed = undefined;
  }
  return packed;
}

/** An id as a store has it. */
export function packedId(kind: IdKind, text: string): Buffer {
  return idPacking(kind).pack(text);
}

/** The same rows, in place, with texts in the columns of ids and words. */
export function spelledRows<R>(rows: R[]): R[] {
  for (const row of rows as Record<string, unknown>[]) {
    for (const [column, value] of Object.entries(row)) {
      if (!Buffer.isBuffer(value)) continue;
      const packing = PACKINGS.get(column);
      if (packing !== undefined) row[column] = packing.unpack(value);
      else if (column === 'name') row[column] = wordPacking.unpack(value);
    }
  }
  return rows;
}

type Build = (sql: Knex) => Knex.QueryBuilder;

/** Asks a store with a statement composed by Knex that has texts for ids and words, and gives rows that do. */
export async function askRows<R>(reader: Reader, build: Build): Promise<R[]> {
  return spelledRows(await reader.query<R>(packedBuild(build)));
}

/** The same statement with its values packed. */
export function packedBuild(build: Build): Build {
  return (sql) => {
    const { sql: text, bindings } = build(sql).toSQL();
    return sql.raw(text, packedValues(text, bindings) as never) as never;
  };
}
