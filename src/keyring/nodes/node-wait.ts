/**
 * Waits for the nodes of a vault to forget what is destroyed, so that a close can be certified with it.
 *
 * Guarantees: it waits a little for a node that lives, and not for a silent one. The caller learns which nodes have
 * said nothing.
 * Does not: decide whether a certificate may be signed. `erasure/certificates/certificate.ts` does, by every row that
 * there is then.
 */
import type { KeyStore } from '../../storage/tx.ts';
import type { EpochLedger } from '../epochs/epoch-ledger.ts';
import { BEATS, type LookOptions, NODE_TTL_MS, pause, Silence } from './node-silence.ts';
import { dismiss, isItself, type NodeLedger, nodeRows } from './nodes.ts';

/** Looks within the time that a beat takes: most wait for no more than the next one. */
const LOOKS = 8;
/**
 * A node that lives and does not confirm, as one whose own slot is out of reach, is waited for so many times the
 * silence.
 */
const PATIENCE = 2;

export interface WaitOptions extends LookOptions {
  readonly stopping?: () => boolean;
}

interface WaitParts {
  readonly keyStore: KeyStore;
  /** This process's node: a process of it that is silent is dead, as its own next beats would find. */
  readonly node: string | undefined;
  readonly keyring: { readonly nodes: NodeLedger; readonly epochs: { readonly ledger: EpochLedger } };
}

/** @returns the nodes that have not said that they have forgotten every destroyed epoch, each once */
export async function waitForNodes(
  { keyStore, keyring, node: own }: WaitParts,
  options: WaitOptions = {},
): Promise<string[]> {
  const { ttlMs = NODE_TTL_MS, elapsed = () => performance.now(), sleep = pause, stopping = () => false } = options;
  const silence = new Silence({ ttlMs, elapsed });
  const through = (await keyring.epochs.ledger.destroyed(keyStore.reader)).at(-1)?.row.epoch ?? 0;
  const began = elapsed();
  for (;;) {
    const rows = await nodeRows(keyStore.reader);
    silence.see(rows);
    const late = keyring.nodes.late(rows, through);
    // A node's own row is written by its processes.
    const lives = late.some((row) =>
      isItself(row)
        ? rows.some((one) => one.node === row.node && !isItself(one) && !silence.isSilent(one))
        : !silence.isSilent(row),
    );
    if (!lives || stopping() || elapsed() - began >= PATIENCE * ttlMs) {
      const dead = late.filter((row) => row.node === own && !isItself(row) && silence.isSilent(row));
      for (const row of dead) await dismiss(keyStore, row);
      return [...new Set(late.filter((row) => !dead.includes(row)).map(({ node }) => node))].sort();
    }
    await sleep(ttlMs / BEATS / LOOKS);
  }
}
