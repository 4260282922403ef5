/** The inventory of keys, and what is done when some are in strange hands. */
import { ExposedQuery, ExposedReply } from '../../erasure/schema.ts';
import { CompromiseBody, OrderedJob } from '../../jobs/schema.ts';
import { KeysReply } from '../../keyring/schema.ts';
import { compromiseKeys } from '../../operations/keys/compromise-keys.ts';
import { listExposed } from '../../operations/keys/list-exposed.ts';
import { listKeys } from '../../operations/keys/list-keys.ts';
import { route } from '../route.ts';

export const getKeys = route({
  method: 'get',
  path: '/v1/keys',
  operationId: 'listKeys',
  summary: 'Every kind of key: its state, its times, what it protects, how many, and what is due.',
  description:
    'Numbers are those of the caller’s tenant, counted up to 10,000 of a kind; the root key, epochs and signing keys are ' +
    'the vault’s. Of destroyed epochs the last 30 are shown. States are those of NIST SP 800-57 part 1 rev. 5.',
  action: 'list_keys',
  reply: KeysReply,
  problems: [],
  handle: (vault, caller) => listKeys(vault, caller),
});

export const postCompromise = route({
  method: 'post',
  path: '/v1/keys/compromise',
  operationId: 'compromiseKeys',
  summary: 'Seal anew what compromised keys protect.',
  description:
    'Orders a long job and answers at once. Every record whose key was in a key store copied in that epoch, or in those ' +
    'buckets, or that is about that subject, is sealed under a new key; values, versions and tokens stay. Close the epoch afterwards, so that the old ' +
    'keys die in copies of the key store, too. Copies of the record store from before stay readable to whoever has both ' +
    'one of them and the old keys. An epoch is named by the first tenant alone.',
  action: 'compromise_keys',
  body: CompromiseBody,
  reply: OrderedJob,
  status: 202,
  idempotent: true,
  problems: [
    'epoch_not_found',
    'epoch_not_ended',
    'subject_not_found',
    'subject_erased',
    'too_many_jobs',
    'concurrent_change',
  ],
  handle: (vault, caller, { body }) => compromiseKeys(vault, caller, body),
});

export const getExposed = route({
  method: 'get',
  path: '/v1/keys/exposed',
  operationId: 'listExposed',
  summary: 'The records and tokens that were exposed by a compromise.',
  description: 'Those of the caller’s tenant that were sealed anew; no values. Records erased since are not named.',
  action: 'list_exposed',
  query: ExposedQuery,
  reply: ExposedReply,
  problems: [],
  handle: (vault, caller, { query }) => listExposed(vault, caller, query),
});
