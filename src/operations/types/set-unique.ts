/** Says whether two records of the caller's tenant may have an equal value of a type of the house. */

import { perform } from '../../calls/perform.ts';
import { type DataTypeDescription, DataTypeSchema, TypeParams, UniqueBody } from '../../catalogue/schema.ts';
import { dataTypes } from '../../datatypes/registry.ts';
import { VaultError } from '../../errors.ts';
import { operation } from '../operation.ts';
import { describeType } from './describe-type.ts';

const [USERNAME] = dataTypes().flatMap((type) =>
  type.name === 'username' ? describeType({ type, keep: undefined, unique: true, definition: undefined }) : [],
);

/**
 * Stored values stay as they are, also equal ones. Setting the same again changes nothing and is no error.
 * @throws `unknown_type`, `unique_not_offered`; nothing has been changed
 */
export const setUnique = operation({
  operationId: 'setUnique',
  action: 'set_unique',
  method: 'put',
  path: '/v1/types/{type}/unique',
  summary: 'Let no two records have an equal value of a type, or let them again.',
  description:
    'A value that a record has already is then refused to every other (409 `value_not_unique`), also if it was stored ' +
    'before; with `reuse` its own subject gets its token. So storing or correcting such a value asks as a search does: ' +
    'for a `purpose`, and within the budget of guesses. Callers that are tied to an audience cannot store such values. ' +
    'Records that have equal values already stay; `GET /v1/types/{type}/doubles` counts them. Holds on all nodes after ' +
    '5 seconds. A type of your own says `unique` in its definition.',
  params: TypeParams,
  body: UniqueBody,
  reply: DataTypeSchema,
  problems: ['unknown_type', 'unique_not_offered'],
  example: { request: { unique: true }, reply: USERNAME as DataTypeDescription },
  work: (vault, caller, { type: name, unique }) =>
    perform<DataTypeDescription>(vault, caller, { action: 'set_unique' }, async (door) => {
      const { tenant } = caller;
      const keys = await vault.catalogue.keys(tenant);
      const entry = (await vault.catalogue.list(tenant)).find(({ type }) => type.name === name);
      if (entry === undefined) throw new VaultError('unknown_type');
      const reply = await door.commit('exclusive', async (tx) => {
        await vault.catalogue.set(tx, keys, tenant, name, { unique }, door.now);
        return { reply: describeType({ ...entry, unique }), entry: { target: unique ? `${name}/unique` : name } };
      });
      vault.catalogue.forget(tenant);
      return reply;
    }),
});
