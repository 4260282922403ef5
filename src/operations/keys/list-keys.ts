/** Every kind of key: its state, since when, how many there are, and what is due. Never a key. */
import { perform } from '../../calls/perform.ts';
import { EPOCH_SECONDS } from '../../keyring/cryptoperiods.ts';
import { inventory } from '../../keyring/inventory.ts';
import { KeysReply } from '../../keyring/schema.ts';
import { operation } from '../operation.ts';

export const listKeys = operation({
  operationId: 'listKeys',
  action: 'list_keys',
  method: 'get',
  path: '/v1/keys',
  summary: 'Every kind of key: its state, its times, what it protects, how many, and what is due.',
  description:
    'Numbers are those of the caller’s tenant, counted up to 10,000 of a kind; the root key, epochs and signing keys are ' +
    'the vault’s. Of destroyed epochs the last 30 are shown. States are those of NIST SP 800-57 part 1 rev. 5.',
  reply: KeysReply,
  problems: [],
  example: {
    reply: {
      keys: [
        {
          kind: 'epoch_secret',
          epoch: 12,
          state: 'active',
          protects: 'the epoch key',
          count: 1,
          createdAt: '2026-11-22T03:00:00.000Z',
          activatedAt: '2026-11-22T03:00:01.250Z',
          slots: [{ slot: 'file', storedAt: '2026-11-22T03:00:00.110Z' }],
          cryptoperiodSeconds: 86_400,
          cryptoperiodSource: 'house rule: the interval of rotation',
          dueAt: '2026-11-23T03:00:01.250Z',
          overdue: false,
        },
        {
          kind: 'bucket_key',
          epoch: 12,
          state: 'active',
          protects: 'record keys',
          count: 41,
          createdAt: '2026-11-02T09:00:00.000Z',
        },
      ],
    },
  },
  work: (vault, caller) =>
    perform(vault, caller, { action: 'list_keys' }, async (door) => {
      const { tenant } = caller;
      const { rootKeyFrom, rotateEveryMs } = vault;
      const epochSeconds = rotateEveryMs === undefined ? EPOCH_SECONDS : rotateEveryMs / 1000;
      const keys = await inventory(vault.keyStore.reader, {
        ...{ tenant, now: door.now, rootKeyFrom, epochSeconds },
      });
      return door.commit('shared', async () => ({ reply: { keys }, entry: {} }));
    }),
});
