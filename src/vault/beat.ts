/**
 * The vault's signs of life: every few seconds one small transaction, and a look whether the stores are the ones it opened.
 *
 * Guarantees: no call waits for it; a store that does not answer is asked again at the next beat; once a store was found to
 * be replaced nothing is written any more, and `assertInPlace` throws for good.
 */
import { UnavailableError } from '../errors.ts';
import type { Node } from '../keyring/node.ts';
import { BEAT_MS } from '../keyring/node-silence.ts';
import { storeReplaced } from '../storage/errors.ts';
import type { KeyStore, RecordStore } from '../storage/tx.ts';
import type { Signals } from './signals.ts';

interface Parts {
  readonly recordStore: RecordStore;
  readonly keyStore: KeyStore;
  readonly signals: Signals;
}

export interface Beat {
  /** @throws {UnavailableError} with `store_replaced`, where that has been noticed */
  readonly assertInPlace: () => void;
  /** One beat, after the one under way. */
  readonly now: () => Promise<void>;
  /** No beat follows the one under way, for which it waits. */
  readonly stop: () => Promise<void>;
  /** Takes the process's row away: once nothing of a key is in its memory any more. */
  readonly leave: () => Promise<void>;
}

/** @param node absent: of a copy, which nobody waits for */
export function startBeat({ recordStore, keyStore, signals }: Parts, node: Node | undefined): Beat {
  const stores = [recordStore, keyStore];
  let told = false;
  let stopped = false;
  let beating: Promise<void> = Promise.resolve();
  const assertInPlace = () => {
    if (recordStore.replaced || keyStore.replaced) throw storeReplaced();
  };
  const beat = async () => {
    if (stopped) return;
    for (const store of stores) await store.assertInPlace().catch(unlessGone);
    const gone = stores.find(({ replaced }) => replaced);
    if (gone === undefined) return node?.beat();
    if (!told) signals.emit('storeReplaced', { store: gone.name });
    told = true;
  };
  const now = () => {
    beating = beating.then(beat).catch(() => {});
    return beating;
  };
  const wake = () => void now();
  // Of beats that a silent store held up, one is made good.
  let isDue = false;
  const onTime = () => {
    if (isDue) return;
    isDue = true;
    void now().finally(() => {
      isDue = false;
    });
  };
  const timer = node && setInterval(onTime, BEAT_MS);
  timer?.unref();
  if (node !== undefined) signals.on('epochDestroyed', wake);
  return {
    assertInPlace,
    now,
    async stop() {
      clearInterval(timer);
      signals.off('epochDestroyed', wake);
      await beating;
      stopped = true;
      await node?.settled();
    },
    async leave() {
      // Where it cannot be said now, the next process of this node says it, or sees that nothing is heard any more.
      if (!recordStore.replaced && !keyStore.replaced) await node?.leave().catch(() => {});
    },
  };
}

/** What does not answer was not replaced, as far as is known. */
function unlessGone(error: unknown): void {
  if (!(error instanceof UnavailableError)) throw error;
}
