/** The shapes of what an operator says of a root slot. A PIN or a token is never among it: those are settings. */
import { z } from 'zod';
import { SLOT_KINDS } from './root-slot.ts';

export const SlotNameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/, 'must be small letters, digits and hyphens, 32 at most, beginning with a letter')
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

const common = { name: SlotNameSchema, required: z.boolean().default(true) };
export const AddSlotBody = z.discriminatedUnion('kind', [
  z.strictObject({ ...common, kind: z.literal('file'), settings: settingsByKind.file.required() }),
  z.strictObject({ ...common, kind: z.literal('pkcs11'), settings: settingsByKind.pkcs11 }),
  z.strictObject({ ...common, kind: z.literal('transit'), settings: settingsByKind.transit }),
]);
export type AddSlot = z.infer<typeof AddSlotBody>;

export const RemoveSlotBody = z.strictObject({
  name: SlotNameSchema,
  abandon: z.boolean().default(false).describe('Whether it may be given up although nothing can be destroyed in it.'),
});

export const SlotKindSchema = z.enum(SLOT_KINDS);
