/** Sets the lesser form in which the caller's tenant keeps the values of a type from now on. */

import { perform } from '../../calls/perform.ts';
import { type DataTypeDescription, DataTypeSchema, KeepBody, TypeParams } from '../../catalogue/schema.ts';
import { dataTypes } from '../../datatypes/registry.ts';
import { VaultError } from '../../errors.ts';
import { operation } from '../operation.ts';
import { describeType } from './describe-type.ts';

const [IP] = dataTypes().flatMap((type) =>
  type.name === 'ip' ? describeType({ type, keep: undefined, unique: false, definition: undefined }) : [],
);

/**
 * Stored values stay as they are. Setting the same form again changes nothing and is no error.
 * @param keep null: the whole value
 * @throws `unknown_type`, `unknown_keep`, `unique_not_offered`; nothing has been changed
 */
export const setKeep = operation({
  operationId: 'setKeep',
  action: 'set_keep',
  method: 'put',
  path: '/v1/types/{type}/keep',
  summary: 'Keep a lesser form of a type’s values from now on, or the whole.',
  description:
    'What is cut is cut before sealing and cannot be had back. What is stored already stays as it is. Other nodes ' +
    'follow within 5 seconds.',
  params: TypeParams,
  body: KeepBody,
  reply: DataTypeSchema,
  problems: ['unknown_type', 'unknown_keep', 'unique_not_offered'],
  example: {
    request: { keep: 'network' },
    reply: { ...IP, keep: 'network' },
  },
  work: (vault, caller, { type: name, keep }) =>
    perform<DataTypeDescription>(vault, caller, { action: 'set_keep' }, async (door) => {
      const { tenant } = caller;
      const keys = await vault.catalogue.keys(tenant);
      const entry = (await vault.catalogue.list(tenant)).find(({ type }) => type.name === name);
      if (entry === undefined) throw new VaultError('unknown_type');
      const reply = await door.commit('exclusive', async (tx) => {
        await vault.catalogue.set(tx, keys, tenant, name, { keep }, door.now);
        return {
          reply: describeType({ ...entry, keep: keep ?? undefined }),
          entry: { target: keep === null ? name : `${name}/${keep}` },
        };
      });
      vault.catalogue.forget(tenant);
      return reply;
    }),
});
