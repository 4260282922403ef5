/** The state of the vault: stores, epoch, and the tenant’s own work that waits. Numbers and words only. */
import { z } from 'zod';
import { perform } from '../../calls/perform.ts';
import { unfinishedDestructions } from '../../erasure/destructions.ts';
import { countDirty } from '../../keyring/tree/key-rows.ts';
import { recordFact } from '../../records/vault-facts.ts';
import { RELEASE } from '../../release.ts';
import { newestStep } from '../../storage/opening/migrate.ts';
import type { StoreName } from '../../storage/table.ts';
import type { Store } from '../../storage/tx.ts';
import { operation } from '../operation.ts';

const StoreStatus = z.strictObject({
  engine: z.string().describe('The database engine: `sqlite` or `postgres`.'),
  reachable: z
    .boolean()
    .describe('Whether it answered just now.')
    .meta({ examples: [true] }),
  schema: z
    .string()
    .describe(
      'The newest step that made its tables; a later one than this release knows, while a newer one runs beside it.',
    )
    .meta({ examples: ['0001-tables'] }),
});
export const StatusReply = z.strictObject({
  release: z
    .string()
    .describe('The release of Lethe that answers.')
    .meta({ examples: ['0.1.0'] }),
  recordStore: StoreStatus.describe('Where ciphertext, tokens and the audit log are.'),
  keyStore: StoreStatus.describe('Where the wrapped keys and blind indexes are.'),
  epoch: z
    .int()
    .min(0)
    .describe('The current epoch.')
    .meta({ examples: [1] }),
  dirtyBuckets: z
    .int()
    .min(0)
    .describe('Buckets that lost a record since and get a new key when the epoch closes; up to 1,000.'),
  unfinishedErasures: z.int().min(0).describe('Erasures ordered and not completed; up to 1,000.'),
  lastDrill: z
    .strictObject({
      at: z.iso.datetime().describe('When it was, UTC.'),
      ok: z
        .boolean()
        .describe('Whether everything opened that must, and nothing that must not.')
        .meta({ examples: [true] }),
      nextDueAt: z.iso.datetime().describe('When the next one is due, UTC.'),
    })
    .optional()
    .describe('The last drill of the backups; absent: there was none.'),
});

type LastDrill = NonNullable<z.infer<typeof StatusReply>['lastDrill']>;

const COUNTED = 1_000;

export const getStatus = operation({
  operationId: 'getStatus',
  action: 'read_status',
  method: 'get',
  path: '/v1/status',
  summary: 'The state of the stores, the epoch, and work that waits.',
  reply: StatusReply,
  problems: [],
  example: {
    reply: {
      release: '0.1.0',
      recordStore: { engine: 'postgres', reachable: true, schema: '0001-tables' },
      keyStore: { engine: 'postgres', reachable: true, schema: '0001-tables' },
      epoch: 1,
      dirtyBuckets: 2,
      unfinishedErasures: 0,
    },
  },
  work: (vault, caller) =>
    perform(vault, caller, { action: 'read_status' }, async (door) => {
      const dirtyBuckets = await countDirty(vault.keyStore.reader, caller.tenant, COUNTED);
      // Others' orders, which may be as many as are counted, would displace the caller's own.
      const unfinished = await unfinishedDestructions(vault.recordStore.reader, door.now, COUNTED, caller.tenant);
      const drilled = await recordFact(vault.recordStore.reader, 'last_drill');
      const reply = {
        release: RELEASE,
        recordStore: await stateOf(vault.recordStore),
        keyStore: await stateOf(vault.keyStore),
        epoch: vault.keyring.epochs.current,
        dirtyBuckets,
        unfinishedErasures: unfinished.length,
        ...(drilled === undefined ? {} : { lastDrill: JSON.parse(drilled) as LastDrill }),
      };
      return door.commit('shared', async () => ({ reply, entry: {} }));
    }),
});

async function stateOf<S extends StoreName>(store: Store<S>) {
  return { engine: store.engine, reachable: await reachable(store), schema: await newestStep(store) };
}

async function reachable(store: { ping(): Promise<void> }): Promise<boolean> {
  return store.ping().then(
    () => true,
    () => false,
  );
}
