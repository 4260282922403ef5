/** Data types: those of the house, and those a tenant declares for itself. */
import { DataTypeSchema, DeclareTypeBody, KeepBody, KeepParams, TypesReply } from '../../catalogue/schema.ts';
import { declareType } from '../../operations/types/declare-type.ts';
import { listTypes } from '../../operations/types/list-types.ts';
import { setKeep } from '../../operations/types/set-keep.ts';
import { route } from '../route.ts';

export const getTypes = route({
  method: 'get',
  path: '/v1/types',
  operationId: 'listTypes',
  summary: 'The data types there are for the caller’s tenant.',
  action: 'list_types',
  reply: TypesReply,
  problems: [],
  handle: (vault, caller) => listTypes(vault, caller),
});

export const postType = route({
  method: 'post',
  path: '/v1/types',
  operationId: 'declareType',
  summary: 'Declare a data type of the tenant’s own, or a new version of one.',
  description:
    'What is stored already stays readable, and is shown by the views of the newest version. A definition that stands ' +
    'already is no change. Other nodes follow within 5 seconds.',
  action: 'declare_type',
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
  handle: (vault, caller, { body }) => declareType(vault, caller, body),
});

export const putKeep = route({
  method: 'put',
  path: '/v1/types/{type}/keep',
  operationId: 'setKeep',
  summary: 'Keep a lesser form of a type’s values from now on, or the whole.',
  description:
    'What is cut is cut before sealing and cannot be had back. What is stored already stays as it is. Other nodes ' +
    'follow within 5 seconds.',
  action: 'set_keep',
  params: KeepParams,
  body: KeepBody,
  reply: DataTypeSchema,
  problems: ['unknown_type', 'unknown_keep'],
  handle: (vault, caller, { params, body }) => setKeep(vault, caller, params.type, body),
});
