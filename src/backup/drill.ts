/** What a drill looks at in the copies it has put back, and what it says of it: ids, numbers and times. */
import { allTenants } from '../access/store.ts';
import { type CanaryParts, openCanaries } from '../canaries/canaries.ts';
import { raise } from '../canaries/raise.ts';
import type { RandomSource } from '../crypto/random.ts';
import { codeOf, IntegrityError, VaultError } from '../errors.ts';
import { createdAt, firstIdAt, type RecordId, type TenantId } from '../ids.ts';
import type { Parts } from '../intake/parts.ts';
import { openRecords } from '../records/open-records.ts';
import { findRecords, firstRecord, lastRecord, recordsFrom } from '../records/store.ts';
import { areErased, areMirrored } from '../records/tombstones.ts';
import type { CopyWatch } from '../storage/tx.ts';
import type { Watch } from './backups.ts';

/** One month, for a drill on the same day of each month. */
export const DRILL_EVERY_MS = 31 * 24 * 60 * 60 * 1000;
/** How many records are drawn and opened. */
const SAMPLE = 200;

export interface Step {
  readonly step: string;
  readonly ok: boolean;
  readonly tookMs: number;
  /** What was found, or why it failed, in words and numbers. */
  readonly detail: string;
}

export interface DrillReport {
  readonly format: 'lethe-drill/1';
  readonly at: string;
  readonly ok: boolean;
  readonly records: CopyDrilled | undefined;
  readonly keys: CopyDrilled | undefined;
  readonly steps: readonly Step[];
  readonly nextDueAt: string;
}

export interface CopyDrilled {
  readonly folder: string;
  readonly takenAt: string;
  readonly epoch: number;
}

/** Runs steps one after another and times each. After a failed step, the steps that need it are left out. */
export class Steps {
  readonly done: Step[] = [];
  readonly #watch: Watch;

  constructor(watch: Watch = () => {}) {
    this.#watch = watch;
  }

  get ok(): boolean {
    return this.done.every(({ ok }) => ok);
  }

  /** @returns what the work found, or undefined where it failed. @throws `interrupted` */
  async run<R>(
    step: string,
    work: (watch: CopyWatch) => Promise<R>,
    tell: (found: R) => string,
  ): Promise<R | undefined> {
    const began = performance.now();
    const note = (ok: boolean, detail: string) =>
      this.done.push({ step, ok, tookMs: Math.round(performance.now() - began), detail });
    try {
      this.#watch(step, 0, 0);
      const found = await work((done, total) => this.#watch(step, done, total));
      note(true, tell(found));
      return found;
    } catch (error) {
      if (codeOf(error) === 'interrupted') throw error;
      // A message of the vault's own is fixed text; any other message may hold a value.
      note(false, error instanceof VaultError ? `${error.code}: ${error.message}${named(error)}` : 'internal_error');
      return undefined;
    }
  }
}

function named(error: VaultError): string {
  return error instanceof IntegrityError && error.record !== undefined ? ` (${error.record})` : '';
}

/** Opens every live canary. @throws {IntegrityError} also where there is none, because then nothing is proven */
export async function drillCanaries(copy: CanaryParts): Promise<number> {
  const opened = await openCanaries(copy);
  if (opened === 0) throw new VaultError('drill_failed', 'There is no live canary in the copies; take a new backup.');
  return opened;
}

/** No shredded canary of a closed epoch comes back. */
export async function drillTheDead(copy: Parts): Promise<number> {
  const { tried, raised } = await raise(copy);
  if (raised.length > 0) throw new VaultError('drill_failed', `Shredded canaries open again: ${raised.join(', ')}.`);
  return tried;
}

/**
 * Draws records of all tenants, opens each and wipes it. Skips those that were erased or corrected between the two
 * copies.
 * @throws {IntegrityError} naming the first that does not open
 */
export async function openSample(
  copy: Parts,
  random: RandomSource,
  size = SAMPLE,
  watch: CopyWatch = () => {},
): Promise<number> {
  const { recordStore, keyStore, keyring } = copy;
  const tenants = await allTenants(recordStore.reader);
  let opened = 0;
  for (let drawn = 0; drawn < size; drawn += 1) {
    watch(drawn, size);
    const tenant = tenants[random(4).readUInt32BE() % tenants.length] as TenantId;
    const record = await draw(copy, tenant, random);
    const [row] = record === undefined ? [] : await findRecords(recordStore.reader, tenant, [record]);
    if (row === undefined) continue;
    const [erased] = await areErased(recordStore.reader, tenant, [row.record as RecordId]);
    const [mirrored] = await areMirrored(keyStore.reader, tenant, [row]);
    if (erased || mirrored) continue;
    const from = { records: recordStore.reader, keys: keyStore.reader, keyring };
    const [found] = await openRecords(from, tenant, [row]);
    if (found === undefined || found instanceof VaultError) continue;
    found.value.wipe();
    opened += 1;
  }
  return opened;
}

/** Draws a record of the tenant: the first that was made after a random moment between its first and its last. */
async function draw({ recordStore }: Parts, tenant: TenantId, random: RandomSource): Promise<RecordId | undefined> {
  const { reader } = recordStore;
  const [first, last] = [await firstRecord(reader, tenant), await lastRecord(reader, tenant)];
  if (first === undefined || last === undefined) return undefined;
  const [from, to] = [createdAt(first).getTime(), createdAt(last).getTime()];
  const at = new Date(from + Math.floor((random(4).readUInt32BE() / 2 ** 32) * (to - from + 1)));
  const pivot = firstIdAt('record', at);
  // Many records may share one millisecond. Skipping some of them gives each a chance.
  const ids = await recordsFrom(reader, tenant, pivot, SAMPLE);
  return ids[random(4).readUInt32BE() % Math.max(ids.length, 1)];
}
