/** Writes down what a call asks of the stores and the hasher, step by step, to compare two calls. */
import { GuessBudgets } from '../../src/guesses/budgets.ts';
import type { Vault } from '../../src/vault/vault.ts';

/**
 * A vault whose stores and hasher write each call of theirs into `seen`: the method, the table, how many keys. It has
 * budgets of its own, as one more process, and does nothing behind its answers.
 */
export function spiedVault(vault: Vault): { vault: Vault; seen: string[] } {
  const seen: string[] = [];
  const spy = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(of, name) {
        const part = Reflect.get(of, name) as unknown;
        if (name === 'reader') return spy(part as object);
        if (typeof part !== 'function') return part;
        return (...args: unknown[]) => {
          const [first, second] = args as [{ name?: string; table?: { name: string } } | undefined, unknown];
          const what = typeof first === 'function' ? '' : (first?.table?.name ?? first?.name ?? '');
          seen.push(`${String(name)} ${what} ${Array.isArray(second) ? second.length : ''}`);
          if (name === 'shared' || name === 'exclusive') {
            const work = first as unknown as (tx: object) => unknown;
            return part.call(of, (tx: object) => work(spy(tx)));
          }
          return part.apply(of, args);
        };
      },
    });
  const recordStore = spy(vault.recordStore);
  const guesses = new GuessBudgets(recordStore, vault.keyring.indexes, vault.clock, { refused() {}, alarm() {} });
  const [keyStore, hasher] = [spy(vault.keyStore), spy(vault.hasher)];
  return { vault: { ...vault, recordStore, keyStore, hasher, guesses, later() {} }, seen };
}
