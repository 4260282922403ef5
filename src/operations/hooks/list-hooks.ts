/** The tenant's hooks, and how they get on. A row that was altered says so, and hides none of the others. */
import { perform } from '../../calls/perform.ts';
import { IntegrityError } from '../../errors.ts';
import { hooksOf } from '../../hooks/hook-rows.ts';
import { HooksReply, type HookView } from '../../hooks/schema.ts';
import { settingsOf, viewOf } from '../../hooks/view.ts';
import { HOOK } from '../examples.ts';
import { operation } from '../operation.ts';

export const listHooks = operation({
  operationId: 'listHooks',
  action: 'list_hooks',
  method: 'get',
  path: '/v1/hooks',
  summary: 'The hooks of the tenant, and how they get on.',
  reply: HooksReply,
  problems: [],
  example: {
    reply: {
      hooks: [
        {
          ...{ hook: HOOK, url: 'https://alarms.example.com/lethe', state: 'active', attempts: 0, pending: 0 },
          ...{ createdAt: '2026-11-22T12:00:00.000Z', secretSince: '2026-11-22T12:00:00.000Z' },
          deliveredAt: '2026-11-23T08:30:04.000Z',
        },
      ],
    },
  },
  work: (vault, caller) =>
    perform(vault, caller, { action: 'list_hooks' }, async (door) => {
      const { reader } = vault.recordStore;
      const hooks: HookView[] = [];
      for (const row of await hooksOf(reader, caller.tenant)) {
        hooks.push(await viewOf(reader, row, await settingsOf(vault.keyring.indexes, row), door.now));
      }
      const damaged = hooks.filter((view) => view.damaged).map(({ hook }) => new IntegrityError({ target: hook }));
      return door.commit('shared', async () => ({ reply: { hooks }, entry: { damaged } }));
    }),
});
