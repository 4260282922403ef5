/** The inventory of keys, and what is done when some are in strange hands. */
import { KeysReply } from '../../keyring/schema.ts';
import { listKeys } from '../../vault/list-keys.ts';
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
