/**
 * The vault's signs of life: every few seconds one small transaction, and a check that the stores are the ones it
 * opened.
 *
 * Guarantees: no call waits for it. A store that does not answer is asked again at the next beat. Once a store was
 * found to be replaced, or to have gone back in time, nothing is written any more, and `assertInPlace` throws for good.
 * A server that took over without loss is only reported.
 */
import { UnavailableError } from '../errors.ts';
import type { Node } from '../keyring/nodes/node.ts';
import { BEAT_MS } from '../keyring/nodes/node-silence.ts';
import type { KeyStore, RecordStore } from '../storage/tx.ts';
import type { Signals } from './signals.ts';

interface Parts {
  readonly recordStore: RecordStore;
  readonly keyStore: KeyStore;
  readonly signals: Signals;
}

export interface Beat {
  /** @throws {UnavailableError} with `store_replaced` or `store_went_back`, once that has been noticed */
  readonly assertInPlace: () => void;
  /** The same after a look; no other failure makes it throw. */
  readonly look: () => Promise<void>;
  /** One beat, after the current one. */
  readonly now: () => Promise<void>;
  /** Waits for the current beat; no other follows. */
  readonly stop: () => Promise<void>;
  /** Removes the process's row. Call it once the process's memory holds no key any more. */
  readonly leave: () => Promise<void>;
}

/** @param node absent for a copy, which nobody waits for */
export function startBeat({ recordStore, keyStore, signals }: Parts, node: Node | undefined): Beat {
  const stores = [recordStore, keyStore];
  let told = false;
  let stopped = false;
  let beating: Promise<void> = Promise.resolve();
  const servers = new Map<string, string>();
  const displaced = () => recordStore.displaced ?? keyStore.displaced;
  const assertInPlace = () => {
    const why = displaced();
    if (why !== undefined) throw why;
  };
  const lookAt = async () => {
    for (const store of stores) {
      await store.assertInPlace().catch(unlessSilent);
      const before = servers.get(store.name);
      const { server } = store;
      if (server === undefined) continue;
      servers.set(store.name, server);
      if (before !== undefined && before !== server) signals.emit('storeTakenOver', { store: store.name, server });
    }
    const gone = stores.find((store) => store.displaced !== undefined);
    if (gone?.displaced === undefined || told) return;
    told = true;
    signals.emit('storeDisplaced', { store: gone.name, code: gone.displaced.code });
  };
  let looking: Promise<void> | undefined;
  /** Everybody who asks during a look waits for the same look. */
  const shared = () => {
    looking ??= lookAt().finally(() => {
      looking = undefined;
    });
    return looking;
  };
  const beat = async () => {
    if (stopped) return;
    await shared();
    if (displaced() === undefined) await node?.beat();
  };
  const now = () => {
    beating = beating.then(beat).catch(() => {});
    return beating;
  };
  const wake = () => void now();
  // If a silent store held up several beats, one is made good.
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
    async look() {
      await shared().catch(() => {});
      assertInPlace();
    },
    now,
    async stop() {
      clearInterval(timer);
      signals.off('epochDestroyed', wake);
      await beating;
      stopped = true;
      await node?.settled();
    },
    async leave() {
      // If it cannot be said now, the next process of this node says it, or sees that nothing is heard any more.
      if (displaced() === undefined) await node?.leave().catch(() => {});
    },
  };
}

/** As far as is known, a store that does not answer was not replaced. */
function unlessSilent(error: unknown): void {
  if (!(error instanceof UnavailableError)) throw error;
}
