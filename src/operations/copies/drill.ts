/**
 * Tries the newest backups in folders of this machine (`background/try-copies.ts`), and notes that it did. Over HTTP
 * nobody names a folder: `order-drill.ts`.
 */
import { type DrillOrder, noteDrill, tryNewestCopies } from '../../background/try-copies.ts';
import type { DrillReport } from '../../backup/drill.ts';
import type { Caller } from '../../calls/caller.ts';
import { perform } from '../../calls/perform.ts';
import type { Vault } from '../../vault/vault.ts';
import { commandOperation } from '../operation.ts';

export const drill = commandOperation({
  operationId: 'drill',
  action: 'drill',
  work: (vault: Vault, caller: Caller, order: DrillOrder): Promise<DrillReport> =>
    perform<DrillReport>(vault, caller, { action: 'drill', firstTenantOnly: true, mayTakeLong: true }, async (door) => {
      const report = await tryNewestCopies(vault, order, door.now);
      return door.commit('exclusive', async (tx) => {
        await noteDrill(tx, report);
        return { reply: report, entry: report.ok ? {} : { outcome: 'failed' as const, code: 'drill_failed' } };
      });
    }),
});
