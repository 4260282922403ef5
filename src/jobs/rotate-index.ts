/**
 * Rotates the key of a blind index, while apps write and search. A new version is filled beside the old one and takes
 * its place; then the old one is removed with its rows and its key. `keyring/indexes/index-versions.ts` says why no
 * search ever misses, `search/reindex.ts` why no row comes back.
 *
 *   opening     the new version is written beside the old one, by everybody: the buckets are raised
 *   filling     what was there before gets rows under the new version
 *   verifying   every row of the old version has one in its place, or a reason to wait
 *   leaving     the new version is in place and alone is written: the buckets are raised again
 *   dropping    old rows go; with the last of them the old key
 *   completing  the index of a part gets the rows of values that were stored before there was the part
 *
 * Guarantees: run again after a crash anywhere, it goes on where it was. A value that is on its way between the two
 * stores keeps its old row, and the old version its key, until the value has arrived or is swept;
 * `settleIndexRotations` ends that, a day later at most.
 * Does not: touch a sealed value, a record key, or the keys of the vault's own MACs.
 */
import type { Clock } from '../clock.ts';
import { IntegrityError } from '../errors.ts';
import type { TenantId } from '../ids.ts';
import {
  beginVersion,
  drainingVersions,
  noteDraining,
  putInPlace,
  removeVersion,
  type Turn,
} from '../keyring/indexes/index-versions.ts';
import { raiseBuckets } from '../keyring/indexes/raised-buckets.ts';
import type { IndexKeyRow } from '../keyring/tables.ts';
import type { Indexer } from '../search/blind-index.ts';
import { ensurePartIndex, fillPartPage, wholeOf } from '../search/fill-part.ts';
import { hasIndexRows } from '../search/index-rows.ts';
import { countRows, dropPage, fillPage, type Outcome, type ReindexParts } from '../search/reindex.ts';
import { type LongJob, type LongJobContext, stopIfTold } from './long-job.ts';

export interface RotateIndexParts extends ReindexParts {
  readonly indexer: Indexer;
  readonly clock: Clock;
}

/** The next round finds a page that a crash of the store lost. A third round would find a defect. */
const MAX_ROUNDS = 3;

/**
 * The job `rotate_index`; `params.name` names the index of the job's tenant.
 * @returns `name`, `from` and `to` (versions), `rows` (of the old versions), `waiting` (rows that still wait, with
 *   which the old key stays) and `removed` (whether the old key is gone)
 * @throws `index_not_rotatable`, `unknown_index`
 */
export function rotateIndex(parts: RotateIndexParts): LongJob {
  return async (context) => {
    const { tenant, job } = context;
    const { keyStore, keyring, indexer } = parts;
    const name = String(context.params.name ?? '');
    const inTurn = <R>(work: (tx: Parameters<LongJobContext['fence']>[0]) => Promise<R>) =>
      keyStore.exclusive(async (tx) => {
        await context.fence(tx);
        return work(tx);
      });
    const raise = (step: string) =>
      raiseBuckets(keyStore, keyring.indexes, tenant, context.fence, async (done) => {
        await goOn(context, step, done, done);
      });

    await ensurePartIndex(parts, tenant, name);
    const turn = await keyring.indexes.making(tenant, (make) =>
      inTurn((tx) => beginVersion(tx, make, job, tenant, name, indexer.sharedBits)),
    );
    let rows = 0;
    for (const version of turn.from) rows += await countRows(parts, version);
    if (turn.state === 'filling') {
      await raise('opening');
      await fill(parts, context, turn, rows);
      await inTurn((tx) => putInPlace(tx, turn));
    }
    await raise('leaving');
    const old = await inTurn((tx) => noteDraining(tx, tenant, name));
    let [done, waiting, removed] = [0, 0, true];
    for (const version of old) {
      const step = (page: Outcome) => {
        done += page.seen;
        waiting += page.waiting;
        return goOn(context, 'dropping', done, rows);
      };
      await eachPage((after) => dropPage(parts, version, turn.to.version, after, context.fence), step);
      const gone = await inTurn((tx) => removeVersion(tx, version, hasIndexRows, parts.clock()));
      removed &&= gone;
    }
    await scrub(parts);
    await complete(parts, context, name);
    const from = turn.from.map(({ version }) => String(version));
    return { name, from, to: turn.to.version, rows, waiting, removed };
  };
}

/** Fills the new version until every row that can have a successor has one. */
async function fill(parts: ReindexParts, context: LongJobContext, turn: Turn, rows: number): Promise<void> {
  const to = turn.to.version;
  for (let round = 1; ; round += 1) {
    let done = 0;
    for (const version of turn.from) {
      await eachPage(
        (after) => fillPage(parts, version, to, after, context.fence),
        (page) => {
          done += page.seen;
          return goOn(context, 'filling', done, rows);
        },
      );
    }
    let [looked, missing] = [0, 0];
    for (const version of turn.from) {
      await eachPage(
        (after) => fillPage(parts, version, to, after),
        (page) => {
          looked += page.seen;
          missing += page.missing;
          return goOn(context, 'verifying', looked, rows);
        },
      );
    }
    if (missing === 0) return;
    if (round === MAX_ROUNDS) throw new IntegrityError();
  }
}

async function complete(parts: RotateIndexParts, context: LongJobContext, name: string): Promise<void> {
  const { tenant, fence } = context;
  const whole = await wholeOf(parts.catalogue, tenant, name);
  if (whole === undefined) return;
  let done = 0;
  await eachPage(
    (after) => fillPartPage(parts, { tenant, whole, part: name }, after, fence),
    (page) => {
      done += page.seen;
      return goOn(context, 'completing', done, done);
    },
  );
}

async function eachPage(
  work: (after: Outcome['next']) => Promise<Outcome>,
  then: (page: Outcome) => Promise<void>,
): Promise<void> {
  for (let after: Outcome['next']; ; ) {
    const page = await work(after);
    await then(page);
    if (page.next === undefined) return;
    after = page.next;
  }
}

async function goOn(context: LongJobContext, step: string, done: number, total: number): Promise<void> {
  await context.progress(step, done, Math.max(done, total));
  stopIfTold(context);
}

/** How many versions one round looks at, and how many pages of each. */
const SETTLED_AT_ONCE = 100;
const PAGES_AT_ONCE = 40;

/**
 * Ends rotations that waited for values on their way between the stores. It is bounded, and runs in every round of the
 * background work, on any node. @returns how many old keys were destroyed
 */
export async function settleIndexRotations(parts: RotateIndexParts): Promise<number> {
  let removed = 0;
  for (const row of await drainingVersions(parts.keyStore.reader, SETTLED_AT_ONCE)) {
    if (await settle(parts, row)) removed += 1;
  }
  if (removed > 0) await scrub(parts);
  return removed;
}

async function settle(parts: RotateIndexParts, row: IndexKeyRow): Promise<boolean> {
  const { keyring, keyStore, clock } = parts;
  const tenant = row.tenant as TenantId;
  const { indexes } = keyring;
  await indexes.isCurrent(keyStore.reader, tenant, await indexes.known(tenant));
  const versions = await indexes.versions(tenant, row.name);
  const to = versions.filter(({ state }) => state === 'active').at(-1);
  if (to === undefined) throw new IntegrityError();
  let after: Outcome['next'];
  for (let page = 1; page <= PAGES_AT_ONCE; page += 1) {
    const outcome = await dropPage(parts, row, to.version, after);
    after = outcome.next;
    if (after === undefined) break;
  }
  return keyStore.exclusive((tx) => removeVersion(tx, row, hasIndexRows, clock()));
}

/** The removed key must not stay in the store's log. If another process is reading, the next scrub removes it. */
async function scrub({ keyStore }: ReindexParts): Promise<void> {
  await keyStore.scrub().catch(() => {});
}
