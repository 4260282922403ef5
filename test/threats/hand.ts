/**
 * The hand of somebody who can write to a store: rows read, changed, removed and put back behind the vault's back.
 * And what the vault must do when it meets one of them.
 */
import request from 'supertest';
import { expect } from 'vitest';
import type { Store } from '../../src/storage/tx.ts';
import { askRows, packedBuild } from '../support/spelled.ts';
import type { TestVault } from '../support/vault.ts';

export type StoredRow = Record<string, string | number | Buffer | null | readonly string[]>;

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
    askRows<StoredRow>(store.reader, (sql) => sql(table).where(where).select('*'));
  return {
    rows,
    async row(table, where) {
      const [row, ...more] = await rows(table, where);
      if (row === undefined || more.length > 0)
        throw new Error(`${table}: ${row === undefined ? 'no' : 'several'} rows`);
      return row;
    },
    async change(table, where, to) {
      const changed = await store.exclusive((tx) =>
        tx.execute(packedBuild((sql) => sql(table).where(where).update(to))),
      );
      expect(changed, `rows changed in ${table}`).toBeGreaterThan(0);
      return changed;
    },
    async remove(table, where) {
      const removed = await store.exclusive((tx) => tx.execute(packedBuild((sql) => sql(table).where(where).delete())));
      expect(removed, `rows removed from ${table}`).toBeGreaterThan(0);
      return removed;
    },
    async put(table, ...all) {
      await store.exclusive(async (tx) => {
        for (const row of all) await tx.execute(packedBuild((sql) => sql(table).insert(row)));
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

type Reply = { status: number; body: Record<string, unknown>; text: string };

interface Expected {
  /** What the entry and the log line must name; absent where the vault cannot know it. */
  readonly record?: string | undefined;
  readonly secrets?: readonly string[];
}

/**
 * Expects the call to be answered with `integrity_failure` and nothing else, to leave an audit entry and a log line that
 * say so, to raise the metric, and to say nothing of `secrets` in the reply or the log.
 */
export async function expectAlarm(
  vault: TestVault,
  call: () => Promise<Reply>,
  { record, secrets = [] }: Expected = {},
): Promise<void> {
  const { reply, said, entries, lines } = await watched(vault, call);
  expect({ status: reply.status, code: reply.body.code }).toEqual({ status: 500, code: 'integrity_failure' });
  expect(Object.keys(reply.body).sort()).toEqual(['code', 'detail', 'request', 'status', 'title', 'type']);
  expect(entries).toEqual([expect.objectContaining({ outcome: 'failed', code: 'integrity_failure' })]);
  if (record !== undefined) expect(entries[0]?.records).toEqual([record]);
  expect(lines.map(({ request: id, record: named }) => [id, named])).toEqual([
    [reply.body.request, record ?? lines[0]?.record],
  ]);
  for (const secret of secrets) expect(said).not.toContain(secret);
}

/**
 * Expects the call for one token, or for several that lead to one record, to be answered with `integrity_failure` in the
 * place of each value, and everything else that `expectAlarm` does.
 */
export async function expectDamage(
  vault: TestVault,
  call: () => Promise<Reply>,
  { record, secrets = [] }: Expected = {},
): Promise<void> {
  const { reply, said, entries, lines, request: id } = await watched(vault, call);
  expect([reply.status, reply.text]).toEqual([200, reply.text]);
  const results = reply.body.results as { token: string }[];
  expect(results.length).toBeGreaterThan(0);
  for (const result of results) {
    expect(result).toEqual({ token: result.token, form: 'none', error: { code: 'integrity_failure' } });
  }
  expect(entries).toEqual([expect.objectContaining({ outcome: 'failed', code: 'integrity_failure', view: null })]);
  if (record !== undefined) expect(entries[0]?.records).toEqual([record]);
  expect(lines.map(({ request: of, record: named }) => [of, named])).toEqual([[id, record ?? lines[0]?.record]]);
  for (const secret of secrets) expect(said).not.toContain(secret);
}

/** Makes a call that must raise the metric once, and gathers what it leaves. */
async function watched(vault: TestVault, call: () => Promise<Reply>) {
  const before = await integrityFailures(vault);
  const first = vault.logged.length;
  const reply = await call();
  const logged = vault.logged.slice(first);
  const id = String((reply as unknown as { headers: Record<string, string> }).headers['x-request-id']);
  const entries = await handOn(vault.vault.recordStore).rows('audit_entries', { request: id });
  expect(await integrityFailures(vault)).toBe(before + 1);
  const lines = logged.map((line) => JSON.parse(line)).filter(({ msg }) => /^integrity failure/.test(msg));
  return { reply, request: id, entries, lines, said: `${reply.text}${logged.join('')}${JSON.stringify(entries)}` };
}
