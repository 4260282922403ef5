/**
 * A lease: the right to do what only one process may do at a time, fenced in the key store.
 *
 * Guarantees: fence numbers grow strictly with each holder. A holder that is suspended and wakes after another has
 * taken over fails at its next `fence` and changes nothing. No wall clock is read. A contender takes over when the
 * holder's row has not changed for `ttlMs` of the contender's own running time, looked at several times. So neither a
 * clock that is a day off nor a contender that itself slept steals a lease whose holder lives.
 * Does not: stop a holder that is outside a transaction. What it does there (a file, a device) must be harmless when
 * its successor does the same.
 *
 * The row: `holder` names one taking of the lease, and is empty while nobody has it. `beat` grows with each sign of
 * life, from the timer and from `fence`.
 */
import type { RandomSource } from '../crypto/random.ts';
import { VaultError } from '../errors.ts';
import { pause } from '../keyring/nodes/node-silence.ts';
import { change } from '../storage/queries.ts';
import { lookup, type Row, table } from '../storage/table.ts';
import type { KeyStore, KeyTx } from '../storage/tx.ts';

const leases = table('keys', 'leases', { name: 'text', holder: 'text', fence: 'int', beat: 'int' }, ['name']);
const leaseByName = lookup(leases, ['name']);

/** The row of a lease that nobody holds. */
const NOBODY = '';
const HOLDER_BYTES = 16;
export const LEASE_TTL_MS = 10_000;
/** How many signs of life fit into the time after which their absence counts. */
const BEATS = 4;

export interface LeaseOptions {
  readonly ttlMs?: number | undefined;
  /** Running time of this process in milliseconds. It grows steadily, whatever is done to the wall clock. */
  readonly elapsed?: () => number;
  readonly sleep?: (ms: number) => Promise<void>;
  /** The fence will be greater than this, too: rows elsewhere remember holders, and this store may be an older copy. */
  readonly above?: number;
  /** Ends the wait for a silent holder. */
  readonly stopping?: () => boolean;
}

export interface Lease {
  /** Greater than that of every holder before. */
  readonly fence: number;
  /** Whether this process knows that it has lost the lease. False proves nothing; `assertHeld` does. */
  lost(): boolean;
  /** Must come first in an exclusive transaction: prevents a takeover until it is committed. @throws `lease_lost` */
  assertHeld(tx: KeyTx): Promise<void>;
  /** Frees the lease for the next holder at once. A lost lease stays the other's. */
  release(): Promise<void>;
}

/**
 * Takes the lease if nobody has it or its holder has shown no sign of life for `ttlMs`; waits at most that long.
 * @returns undefined while another holder lives
 * @throws {UnavailableError} when the store does not answer
 */
export async function takeLease(
  store: KeyStore,
  name: string,
  random: RandomSource,
  options: LeaseOptions = {},
): Promise<Lease | undefined> {
  const {
    ttlMs = LEASE_TTL_MS,
    elapsed = () => performance.now(),
    sleep = pause,
    stopping = () => false,
    above = 0,
  } = options;
  const holder = random(HOLDER_BYTES).toString('hex');
  const step = ttlMs / BEATS;
  const first = await rowOf(store, name);
  let lookedAt = elapsed();
  for (let silentMs = 0; ; ) {
    if (first.holder === NOBODY || silentMs >= ttlMs) {
      const taken = { ...first, holder, fence: Math.max(first.fence, above) + 1, beat: first.beat + 1 };
      return (await takeOver(store, first, taken)) ? held(store, taken, step) : undefined;
    }
    if (stopping()) return undefined;
    await sleep(step);
    const now = await rowOf(store, name);
    if (now.fence !== first.fence || now.beat !== first.beat) {
      // Released meanwhile: the first to come gets it.
      return now.holder === NOBODY ? takeLease(store, name, random, options) : undefined;
    }
    // Time in which this process slept says nothing about the holder, so each look counts for two steps at most.
    silentMs += Math.min(elapsed() - lookedAt, 2 * step);
    lookedAt = elapsed();
  }
}

async function rowOf(store: KeyStore, name: string): Promise<Row<typeof leases>> {
  const [[row] = []] = await store.reader.find(leaseByName, [[name]]);
  if (row !== undefined) return row;
  const free = { name, holder: NOBODY, fence: 0, beat: 0 };
  const [standing = free] = await store.exclusive((tx) => tx.insertOrGet(leases, [free]));
  return standing;
}

/** @returns whether the row was unchanged; otherwise its holder lives, or another was first */
async function takeOver(store: KeyStore, seen: Row<typeof leases>, taken: Row<typeof leases>): Promise<boolean> {
  return store.exclusive(async (tx) => (await change(tx, leases, seen, taken)) === 1);
}

function held(store: KeyStore, { name, holder, fence }: Row<typeof leases>, everyMs: number): Lease {
  let lost = false;
  let beating: Promise<void> | undefined;
  const mine = { name, holder, fence };
  const assertHeld = async (tx: KeyTx) => {
    const changed = await change(tx, leases, mine, { beat: { plus: 1 } });
    if (changed === 1) return;
    lost = true;
    throw new VaultError('lease_lost');
  };
  const timer = setInterval(() => {
    // If the store does not answer, the next beat tries again. If that is too late, `assertHeld` says so.
    beating ??= store
      .exclusive(assertHeld)
      .catch(() => {})
      .finally(() => {
        beating = undefined;
      });
  }, everyMs);
  timer.unref();
  return {
    fence,
    lost: () => lost,
    assertHeld,
    async release() {
      clearInterval(timer);
      await beating;
      await store.exclusive((tx) => change(tx, leases, mine, { holder: NOBODY }));
    },
  };
}
