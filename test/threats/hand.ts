/**
 * The hand of somebody who can write to a store: rows read, changed, removed and put back behind the vault's back.
 * And what the vault must do when it meets one of them.
 */
import request from 'supertest';
import { expect } from 'vitest';
import type { Store } from '../../src/storage/tx.ts';
import type { TestVault } from '../support/vault.ts';

export type StoredRow = Record<string, string | number | Buffer | null>;

export interface Hand {
  rows(table: string, where?: StoredRow): Promise<StoredRow[]>;
  row(table: string, where: StoredRow): Promise<StoredRow>;
  /** @returns how many rows it changed; a test that changes none proves nothing */
  change(table: string, where: StoredRow, to: StoredRow): Promise<number>;
  remove(table: string, where: StoredRow): Promise<number>;
  put(table: string, ...rows: StoredRow[]): Promise<void>;
}

export function handOn(store: Store): Hand {
  const rows = (table: string, where: StoredRow = {}) =>
    store.reader.query<StoredRow>((sql) => sql(table).where(where).select('*'));
  return {
    rows,
    async row(table, where) {
      const [row, ...more] = await rows(table, where);
      if (row === undefined || more.length > 0)
        throw new Error(`${table}: ${row === undefined ? 'no' : 'several'} rows`);
      return row;
    },
    async change(table, where, to) {
      const changed = await store.exclusive((tx) => tx.execute((sql) => sql(table).where(where).update(to)));
      expect(changed, `rows changed in ${table}`).toBeGreaterThan(0);
      return changed;
    },
    async remove(table, where) {
      const removed = await store.exclusive((tx) => tx.execute((sql) => sql(table).where(where).delete()));
      expect(removed, `rows removed from ${table}`).toBeGreaterThan(0);
      return removed;
    },
    async put(table, ...all) {
      await store.exclusive(async (tx) => {
        for (const row of all) await tx.execute((sql) => sql(table).insert(row) as never);
      });
    },
  };
}

export function flipped(bytes: Buffer, at: number): Buffer {
  const other = Buffer.from(bytes);
  other[at] = (other[at] as number) ^ (1 << (at % 8));
  return other;
}

export async function integrityFailures(vault: TestVault): Promise<number> {
  const { text } = await request(vault.app).get('/metrics');
  return Number(/^lethe_integrity_failures_total (\d+)$/m.exec(text)?.[1]);
}

/**
 * Expects the call to be answered with `integrity_failure` and nothing else, to leave an audit entry that says so, to
 * raise the metric, and to say nothing of `secrets` in the reply or the log.
 * @param record the record that the entry must name; absent where the vault cannot know it
 */
export async function expectAlarm(
  vault: TestVault,
  call: () => Promise<{ status: number; body: Record<string, unknown>; text: string }>,
  { record, secrets = [] }: { record?: string | undefined; secrets?: readonly string[] } = {},
): Promise<void> {
  const before = await integrityFailures(vault);
  const lines = vault.logged.length;
  const reply = await call();
  expect({ status: reply.status, code: reply.body.code }).toEqual({ status: 500, code: 'integrity_failure' });
  expect(Object.keys(reply.body).sort()).toEqual(['code', 'detail', 'request', 'status', 'title', 'type']);
  const [entry, ...others] = await handOn(vault.vault.recordStore).rows('audit_entries', {
    request: reply.body.request as string,
  });
  expect(others).toEqual([]);
  expect(entry).toMatchObject({ outcome: 'failed', code: 'integrity_failure' });
  if (record !== undefined) expect(JSON.parse(String(entry?.records))).toEqual([record]);
  expect(await integrityFailures(vault)).toBe(before + 1);
  const said = `${reply.text}${vault.logged.slice(lines).join('')}${JSON.stringify(entry)}`;
  for (const secret of secrets) expect(said).not.toContain(secret);
}
