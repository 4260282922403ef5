/** Declares a data type of the caller's tenant, or a new version of one. Stored values stay readable. */

import { perform } from '../../calls/perform.ts';
import { type DataTypeDescription, DataTypeSchema, DeclareTypeBody } from '../../catalogue/schema.ts';
import { customType, isUnique } from '../../datatypes/custom.ts';
import type { TypeDefinition } from '../../datatypes/definition.ts';
import { operation } from '../operation.ts';
import { describeType } from './describe-type.ts';

const BADGE = {
  name: 'x_staff_badge',
  description: 'The number on a staff badge: two letters and six digits.',
  category: 'account' as const,
  base: 'text' as const,
  maxLength: 8,
  pattern: '[A-Z]{2}[0-9]{6}',
  normalise: ['upper' as const, 'remove_separators' as const],
  compare: [],
  spread: 'unique' as const,
  distinct: 1_000_000,
  views: { masked: '******{last:2}' },
  formats: [],
  examples: ['AB123456', 'ab 123-456'],
};

/**
 * Declaring a definition that stands already changes nothing; the answer says what it is.
 * @throws `invalid_definition`, `low_entropy_index`, `type_base_fixed`
 * @throws `too_many_types`, `too_many_versions`, `already_exists`; nothing has been changed
 */
export const declareType = operation({
  operationId: 'declareType',
  action: 'declare_type',
  method: 'post',
  path: '/v1/types',
  summary: 'Declare a data type of the tenant’s own, or a new version of one.',
  description:
    'What is stored already stays readable, and is shown by the views of the newest version. A definition that stands ' +
    'already is no change. Other nodes follow within 5 seconds.',
  body: DeclareTypeBody,
  reply: DataTypeSchema,
  status: 201,
  idempotent: true,
  problems: [
    'invalid_definition',
    'low_entropy_index',
    'type_base_fixed',
    'too_many_types',
    'too_many_versions',
    'already_exists',
  ],
  example: { request: BADGE, reply: declaredType(BADGE, 1) },
  work: async (vault, caller, definition) => {
    const idempotent = {
      body: definition,
      remember: (reply: DataTypeDescription) => ({ version: reply.version }),
      replay: (kept: { version: number }) => declaredType(definition, kept.version),
    };
    return perform<DataTypeDescription>(vault, caller, { action: 'declare_type', idempotent }, async (door) => {
      const { tenant } = caller;
      const keys = await vault.catalogue.keys(tenant);
      const reply = await door.commit('exclusive', async (tx) => {
        const version = await vault.catalogue.declare(tx, keys, tenant, definition, door.now);
        return { reply: declaredType(definition, version), entry: { target: `${definition.name}/${version}` } };
      });
      vault.catalogue.forget(tenant);
      return reply;
    });
  },
});

/** The type that a sound definition declares, as the catalogue shows it. */
export function declaredType(definition: TypeDefinition, version: number): DataTypeDescription {
  return describeType({
    type: customType(definition, version),
    keep: undefined,
    unique: isUnique(definition),
    definition,
  });
}
