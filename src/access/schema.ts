/** Roles, purposes and principals as the API speaks of them. */
import { z } from 'zod';
import { holdsNoCardNumber, NO_CARD_NUMBER } from '../card-like.ts';
import {
  ApiKeyIdSchema,
  AudienceSchema,
  PrincipalIdSchema,
  PurposeSchema,
  pageEnd,
  pageQuery,
  TenantIdSchema,
  TimeSchema,
} from '../schema.ts';
import { MAX_NETWORKS } from './bounds.ts';
import { RoleNameSchema } from './roles/rules.ts';

/** Not the name of a person: it stands in lists and is not sealed. */
export const PrincipalNameSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_.-]{0,63}$/)
  .refine(holdsNoCardNumber, NO_CARD_NUMBER)
  .describe(
    'A name for the service or post, such as `checkout` or `support-desk-2`; never a person’s own name. Two may have one name: ids tell them apart.',
  )
  .meta({ examples: ['checkout'] });

export const TenantNameSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_.-]{0,63}$/)
  .refine(holdsNoCardNumber, NO_CARD_NUMBER)
  .describe('A name for the division, such as `shop-eu`.')
  .meta({ examples: ['shop-eu'] });

export const ApiKeySchema = z
  .strictObject({
    key: ApiKeyIdSchema,
    createdAt: z.iso.datetime().describe('When it was made, UTC.'),
    expiresAt: z.iso.datetime().optional().describe('When it stops working; absent: never.'),
  })
  .meta({ id: 'ApiKey', description: 'An API key, by its id.' });

const NetworksSchema = z.array(z.string().max(64)).max(MAX_NETWORKS);
const FROM_THERE = 'Addresses or networks in CIDR notation: the only ones from which it may call';

export const PrincipalSchema = z
  .strictObject({
    principal: PrincipalIdSchema,
    name: PrincipalNameSchema,
    role: RoleNameSchema,
    purposes: z.array(PurposeSchema).describe('The purposes for which it may ask for values.'),
    damaged: z
      .boolean()
      .optional()
      .describe('Its row was altered or damaged: its purposes cannot be read, and are left out. It is not let in.'),
    audience: AudienceSchema.optional().describe('The only audience whose tokens it can use; absent: all.'),
    networks: NetworksSchema.optional().describe(`${FROM_THERE}; absent: from everywhere; empty: from nowhere.`),
    createdAt: z.iso.datetime().describe('When it was added, UTC.'),
    expiresAt: z.iso.datetime().optional().describe('When its newest API key stops working; absent: never.'),
    revokedAt: z.iso
      .datetime()
      .optional()
      .describe('Since when none of its API keys works; absent: it is not revoked.'),
    keys: z.array(ApiKeySchema).describe('Its API keys that work, the oldest first; two while one takes over.'),
  })
  .meta({ id: 'Principal', description: 'Who may call: a service, or a post that people hold.' });

export const AddPrincipalBody = z.strictObject({
  name: PrincipalNameSchema,
  role: RoleNameSchema,
  purposes: z.array(PurposeSchema).max(50).default([]).describe('The purposes for which it may ask for values.'),
  audience: AudienceSchema.optional().describe(
    'Ties it to this audience: it gets and uses that audience’s tokens alone, and is told and names no records and no ' +
      'subjects. A receiver needs one.',
  ),
  // A generated client sends an empty list for one that was not set, unless the list may be null.
  networks: NetworksSchema.min(1)
    .nullable()
    .optional()
    .describe(`${FROM_THERE}; absent or null: from everywhere.`)
    .meta({ examples: [['10.0.0.0/8']] }),
  expiresAt: TimeSchema.nullable()
    .optional()
    .describe(
      'When the API key stops working; null: never; absent: as the vault is set, in a year unless told otherwise.',
    ),
});

export const AddPrincipalReply = z.strictObject({
  principal: PrincipalIdSchema,
  apiKey: z.string().describe('The API key. It is shown this once and kept nowhere.'),
});

export const ChangePrincipalBody = z
  .strictObject({
    purposes: z
      .array(PurposeSchema)
      .max(50)
      // A generated client sends an empty list for one that was not set, unless the list may be null.
      .nullable()
      .optional()
      .describe('All purposes for which it may ask from now on; an empty list takes them all away; null: as they are.'),
    expiresAt: TimeSchema.nullable()
      .optional()
      .describe(
        'When its API key stops working from now on; null: never. An older key never lasts longer than the newest.',
      ),
    networks: NetworksSchema.nullable()
      .optional()
      .describe(`${FROM_THERE} from now on; an empty list: from everywhere; null: as they are.`),
  })
  .refine((to) => Object.values(to).some((given) => given !== undefined), {
    error: 'must say what changes: purposes, expiresAt, networks, or several',
  })
  .meta({ minProperties: 1, description: 'What changes: `purposes`, `expiresAt`, `networks`.' });

export const MAX_OVERLAP_SECONDS = 30 * 86_400;
export const RotateApiKeyBody = z.strictObject({
  overlapSeconds: z
    .int()
    .min(0)
    .max(MAX_OVERLAP_SECONDS)
    .default(86_400)
    .describe(
      'How long the API key in use goes on working. 0 ends every other key of the principal at once, as after a leak.',
    )
    .meta({ examples: [86_400] }),
  expiresAt: TimeSchema.nullable()
    .optional()
    .describe(
      'When the new API key stops working; null: never; absent: when the one in use was to, or, if it has no end, as for a new principal.',
    ),
});
export const RotateApiKeyReply = z.strictObject({
  principal: PrincipalIdSchema,
  key: ApiKeyIdSchema,
  apiKey: z.string().describe('The new API key. It is shown this once and kept nowhere.'),
  expiresAt: z.iso.datetime().optional().describe('When it stops working; absent: never.'),
  ending: z.array(ApiKeySchema).describe('The API keys that it takes over from, with their ends.'),
});

export const EndApiKeyReply = z.strictObject({
  principal: PrincipalIdSchema,
  key: ApiKeyIdSchema,
  endedAt: z.iso.datetime().describe('Since when it no longer works, UTC.'),
});

export const MeReply = z.strictObject({
  principal: PrincipalIdSchema,
  name: PrincipalNameSchema,
  role: RoleNameSchema,
  tenant: TenantIdSchema,
  purposes: z.array(PurposeSchema).describe('The purposes for which it may ask for values.'),
  audience: AudienceSchema.optional().describe('The only audience whose tokens it can use; absent: all.'),
  networks: NetworksSchema.optional().describe(`${FROM_THERE}; absent: from everywhere.`),
  key: ApiKeyIdSchema,
  expiresAt: z.iso.datetime().optional().describe('When this API key stops working; absent: never.'),
  otherKey: ApiKeySchema.optional().describe('The principal’s other API key, while one takes over from the other.'),
});

export const PrincipalsQuery = z.strictObject(pageQuery(PrincipalIdSchema));
export const PrincipalsReply = z.strictObject({
  principals: z.array(PrincipalSchema).describe('In the order they were added.'),
  ...pageEnd(PrincipalIdSchema),
});

export const AddTenantBody = z.strictObject({ name: TenantNameSchema });
export const AddTenantReply = z.strictObject({
  tenant: z.string().describe('Id of the tenant (`ten_…`).'),
  principal: PrincipalIdSchema.describe('The tenant’s first administrator.'),
  apiKey: z
    .string()
    .describe(
      'The API key of the tenant’s first administrator. It is kept nowhere; only the same call, under its idempotency key, shows it again.',
    ),
});

export const TenantSchema = z
  .strictObject({
    tenant: TenantIdSchema,
    name: TenantNameSchema,
    createdAt: z.iso.datetime().describe('When it was added, UTC.'),
    suspendedAt: z.iso.datetime().optional().describe('Since when every call of it is refused; absent: it works.'),
    erasedAt: z.iso.datetime().optional().describe('Since when nothing of it opens; absent: it lives.'),
  })
  .meta({ id: 'Tenant', description: 'A division of the vault, isolated from the others.' });

export const ChangeTenantBody = z.strictObject({
  suspended: z
    .boolean()
    .describe('Whether every call of it is refused from now on.')
    .meta({ examples: [true] }),
});

export const TenantsQuery = z.strictObject(pageQuery(TenantIdSchema));
export const TenantsReply = z.strictObject({
  tenants: z.array(TenantSchema).describe('In the order they were added.'),
  ...pageEnd(TenantIdSchema),
});
