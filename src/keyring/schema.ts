/** The inventory of keys, as the API speaks of it. */
import { z } from 'zod';

export const KEY_KINDS = [
  'root_key',
  'epoch_secret',
  'epoch_key',
  'bucket_key',
  'record_key',
  'index_key',
  'mac_key',
  'window_key',
  'signing_key',
] as const;
export type KeyKind = (typeof KEY_KINDS)[number];

export const KEY_STATES = ['pre_activation', 'active', 'deactivated', 'compromised', 'destroyed'] as const;
export type KeyState = (typeof KEY_STATES)[number];

const time = (meaning: string) => z.iso.datetime().optional().describe(meaning);

export const KeyEntrySchema = z
  .strictObject({
    kind: z
      .enum(KEY_KINDS)
      .describe(
        '`root_key`; `epoch_secret`: in the root slots; `epoch_key`: made of those two, for each tenant, and stored ' +
          'nowhere; `bucket_key`: wraps about 256 record keys; `record_key`: seals one value; `index_key`: makes blind ' +
          'indexes; `mac_key`: marks and finds the vault’s own rows; `window_key`: seals values that are in no store; ' +
          '`signing_key`: signs certificates.',
      ),
    name: z
      .string()
      .optional()
      .describe(
        'Which one: an index, a purpose of the vault’s own (`@…`), the id of a signing key; of the root key, where it came from.',
      )
      .meta({ examples: ['email'] }),
    version: z.int().min(1).optional().describe('The version of an index or MAC key.'),
    epoch: z
      .int()
      .min(1)
      .optional()
      .describe('The epoch under which it is wrapped; of an epoch’s own keys, that epoch.'),
    state: z
      .enum(KEY_STATES)
      .describe('In the words of NIST SP 800-57 part 1 rev. 5, section 7; no key is ever suspended.'),
    protects: z
      .string()
      .describe('What it protects.')
      .meta({ examples: ['record keys'] }),
    count: z
      .int()
      .min(0)
      .describe('How many such keys there are, of the caller’s tenant or of the vault.')
      .meta({ examples: [1] }),
    atLeast: z.literal(true).optional().describe('Present where counting ended at `count`: there are more.'),
    createdAt: time('When it was made, UTC; of several, the first.'),
    activatedAt: time('Since when keys are wrapped under it.'),
    deactivatedAt: time('Since when nothing new is protected with it.'),
    compromisedAt: time('Since when it is held to be in strange hands.'),
    destroyedAt: time('When its destruction was confirmed.'),
    slots: z
      .array(
        z.strictObject({
          slot: z
            .string()
            .describe('The root slot’s name.')
            .meta({ examples: ['file'] }),
          storedAt: z.iso.datetime().describe('When the slot was given the secret, UTC.'),
          destroyedAt: time('When the slot confirmed that it destroyed the secret.'),
        }),
      )
      .optional()
      .describe('Of an epoch’s secret: the root slots that hold it, or held it.'),
    cryptoperiodSeconds: z
      .int()
      .min(1)
      .optional()
      .describe('How long it is to protect new data at most.')
      .meta({ examples: [86_400] }),
    cryptoperiodSource: z
      .string()
      .optional()
      .describe('Why so long.')
      .meta({ examples: ['house rule: rotation once a day'] }),
    dueAt: time('When it is to be replaced; absent where that is not planned key by key.'),
    overdue: z
      .boolean()
      .optional()
      .describe('Whether `dueAt` has passed.')
      .meta({ examples: [false] }),
  })
  .meta({ id: 'KeyEntry', description: 'A key, or a number of keys of one kind and state. No key is ever shown.' });
export type KeyEntry = z.infer<typeof KeyEntrySchema>;

export const KeysReply = z.strictObject({
  keys: z.array(KeyEntrySchema).describe('From the root of the key tree to its leaves.'),
});
