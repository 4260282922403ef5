/** What the key store knows of the vault as a whole; `records/vault-facts.ts` names what there is, in both stores. */
import { lookup, table } from '../storage/table.ts';
import type { KeyTx, Reader } from '../storage/tx.ts';

export const keyFacts = table('keys', 'vault_facts', { name: 'text', value: 'text' }, ['name']);
const keyFactByName = lookup(keyFacts, ['name']);

/** Sets a fact that is not set yet. @returns the one that stands now */
export async function keyFactOrSet(tx: KeyTx, name: string, value: string): Promise<string | undefined> {
  return (await tx.insertOrGet(keyFacts, [{ name, value }]))[0]?.value;
}

export async function keyFact(reader: Reader<'keys'>, name: string): Promise<string | undefined> {
  return (await reader.find(keyFactByName, [[name]]))[0]?.[0]?.value;
}
