/**
 * The inventory of keys, as the API speaks of it; and what an operator says of a root slot. A PIN or a token is never
 * among it: those are settings.
 */
import { z } from 'zod';
import { holdsNoCardNumber, NO_CARD_NUMBER } from '../card-like.ts';
import { describedAs } from '../schema.ts';

export const KEY_KINDS = [
  ...(['root_key', 'epoch_secret', 'epoch_key', 'bucket_key', 'record_key'] as const),
  ...(['index_key', 'mac_key', 'window_key', 'signing_key'] as const),
] as const;
export type KeyKind = (typeof KEY_KINDS)[number];

export const KEY_STATES = ['pre_activation', 'active', 'deactivated', 'compromised', 'destroyed'] as const;
export type KeyState = (typeof KEY_STATES)[number];

const time = (meaning: string) => z.iso.datetime().optional().describe(meaning);

export const KeyEntrySchema = z
  .strictObject({
    kind: z
      .string()
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
      .min(0)
      .optional()
      .describe('The epoch under which it is wrapped; of an epoch’s own keys, that epoch. The first is 0.'),
    state: z
      .enum(KEY_STATES)
      .meta({ id: 'KeyState', description: 'A state of NIST SP 800-57 part 1 rev. 5, section 7.' })
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
    atLeast: z.boolean().optional().describe('Whether counting ended at `count`: there are more. Absent: it did not.'),
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

export const SlotNameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/, 'must be small letters, digits and hyphens, 32 at most, beginning with a letter')
  // The outcome of a close names these beside slots.
  .refine((name) => name !== 'journal' && name !== 'standby', 'names what is no slot')
  .describe('The name of a root slot, for good: certificates speak of it.');

const pathSchema = z.string().regex(/^\/./, 'must be an absolute path').max(500);
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** A token in clear on a network would be anybody's: plain http to this machine itself only. */
const urlSchema = z
  .url({ protocol: /^https?$/ })
  .refine((text) => {
    const { protocol, hostname, username, password } = new URL(text);
    return username === '' && password === '' && (protocol === 'https:' || LOOPBACK.test(hostname));
  }, 'must be https, or this machine itself, and name nobody')
  .transform((text) => new URL(text).origin);

const settingsByKind = {
  file: z.strictObject({ path: pathSchema.optional() }),
  pkcs11: z.strictObject({
    library: pathSchema,
    token: z.string().min(1).max(32),
    serial: z.string().min(1).max(16).optional(),
  }),
  transit: z.strictObject({
    url: urlSchema,
    mount: z
      .string()
      .regex(/^[\w-]+(\/[\w-]+)*$/, 'must be the path of the engine, such as transit')
      .default('transit'),
    namespace: z
      .string()
      .regex(/^[\w-]+(\/[\w-]+)*$/, 'must be a namespace, such as team/a')
      .optional(),
  }),
} as const;

/** A root slot of the name `check` could not be removed over the API, whose path for that is another operation's. */
const newName = SlotNameSchema.refine((name) => name !== 'check', 'names what is no slot').refine(
  holdsNoCardNumber,
  NO_CARD_NUMBER,
);
const common = { name: newName, required: z.boolean().default(true) };
export const AddSlotBody = z.discriminatedUnion('kind', [
  z.strictObject({ ...common, kind: z.literal('file'), settings: settingsByKind.file.required() }),
  z.strictObject({ ...common, kind: z.literal('pkcs11'), settings: settingsByKind.pkcs11 }),
  z.strictObject({ ...common, kind: z.literal('transit'), settings: settingsByKind.transit }),
]);
export type AddSlot = z.infer<typeof AddSlotBody>;

const epochs = (meaning: string) =>
  z
    .array(z.int().min(0))
    .describe(meaning)
    .meta({ examples: [[12]] });
const about = {
  name: z
    .string()
    .describe('The root slot’s name.')
    .meta({ examples: ['file'] }),
  kind: z.string().describe('What kind of place it is: `file`, `pkcs11` or `transit`; more may come.'),
  required: z.boolean().describe('Whether no epoch begins without it.'),
};

export const SlotsReply = z.strictObject({
  slots: z
    .array(
      z
        .strictObject({
          ...about,
          settings: z
            .record(z.string(), z.string())
            .describe(
              'What was said of it when it was added. Its PIN or token is not among it, nor a path of the machine.',
            )
            .meta({ examples: [{ url: 'https://bao.internal:8200', mount: 'transit' }] }),
          addedAt: z.iso
            .datetime()
            .optional()
            .describe('When it was added, UTC; of the slot that a vault begins with, when its first epoch was made.'),
          removedAt: time('When it was removed, UTC; absent while it is in force.'),
        })
        .meta({ id: 'RootSlot', description: 'A place outside the databases that keeps the secrets of epochs.' }),
    )
    .describe('In the order of their names; removed ones too.'),
});
export type SlotListed = z.infer<typeof SlotsReply>['slots'][number];

export const CheckSlotsBody = z
  .strictObject({
    destroyReturned: z
      .boolean()
      .default(false)
      .describe('Destroy again, at once, what has come back after it was destroyed.'),
  })
  .describe('Whether the check destroys anything.');

export const CheckSlotsReply = z.strictObject({
  slots: z
    .array(
      z
        .strictObject({
          ...about,
          tier: z
            .string()
            .describe('What kind of promise stands behind its deletions: `overwritten`, `hardware` or `service`.'),
          product: z
            .string()
            .optional()
            .describe('What answers, as it names itself; absent where nothing does.')
            .meta({ examples: ['transit engine 2.4.1'] }),
          limits: z.string().optional().describe('What its deletions cannot rule out.'),
          problem: z.string().optional().describe('Why it is out of reach.'),
          holds: epochs('The epochs whose secret it hands out.'),
          lacks: epochs('The epochs in use whose secret it should have, and has not.'),
          wrong: epochs('The epochs for which it hands out another secret.'),
          returned: epochs('The epochs of which it has something although they were destroyed.'),
          latencyMs: z.number().min(0).describe('How long it took to answer.'),
          healthy: z.boolean().describe('Whether it does what a root slot must.'),
        })
        .meta({ id: 'SlotCheck', description: 'A root slot in force, and how it is.' }),
    )
    .describe('Each root slot in force.'),
  remains: z
    .array(z.strictObject({ name: about.name, epochs: epochs('What it has, as far as is known.') }))
    .describe('Root slots that were removed, and still have what they were given.'),
});

const abandon = 'Whether it may be given up although nothing can be destroyed in it.';
export const RemoveSlotBody = z.strictObject({
  name: SlotNameSchema,
  abandon: z.boolean().default(false).describe(abandon),
});
export const SlotParams = z.strictObject({ name: SlotNameSchema.meta({ examples: ['usb'] }) });
export const RemoveSlotQuery = z.strictObject({
  abandon: describedAs(z.enum(['true', 'false']), z.boolean())
    .optional()
    .describe(`${abandon} Every certificate that needs one of its epochs then stays pending, and says so.`),
});
export const RemoveSlotReply = z.strictObject({
  destroyed: epochs('The epochs whose secrets were destroyed in it.'),
  left: epochs('The epochs whose secrets were not. Remove it again when it can be reached.'),
});
