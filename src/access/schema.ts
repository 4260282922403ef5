/** Roles, purposes and principals as the API speaks of them. */
import { z } from 'zod';
import { holdsNoCardNumber, NO_CARD_NUMBER } from '../card-like.ts';
import {
  AudienceSchema,
  PrincipalIdSchema,
  PurposeSchema,
  pageEnd,
  pageQuery,
  TenantIdSchema,
  TimeSchema,
} from '../schema.ts';
import { ROLES } from './roles.ts';

export const RoleSchema = z
  .enum(ROLES)
  .describe('What the principal may do; see the README for each role.')
  .meta({ id: 'Role' });

/** A name that tells principals apart. Not the name of a person: it stands in lists and is not sealed. */
export const PrincipalNameSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_.-]{0,63}$/)
  .refine(holdsNoCardNumber, NO_CARD_NUMBER)
  .describe('A name for the service or post, such as `checkout` or `support-desk-2`; never a person’s own name.')
  .meta({ examples: ['checkout'] });

export const TenantNameSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_.-]{0,63}$/)
  .refine(holdsNoCardNumber, NO_CARD_NUMBER)
  .describe('A name for the division, such as `shop-eu`.')
  .meta({ examples: ['shop-eu'] });

export const PrincipalSchema = z
  .strictObject({
    principal: PrincipalIdSchema,
    name: PrincipalNameSchema,
    role: z
      .string()
      .describe('What it may do: a role; more may come.')
      .meta({ examples: ['app'] }),
    purposes: z.array(PurposeSchema).describe('The purposes for which it may ask for values.'),
    audience: AudienceSchema.optional().describe('The only audience whose tokens it can use; absent: all.'),
    createdAt: z.iso.datetime().describe('When it was added, UTC.'),
    expiresAt: z.iso.datetime().optional().describe('When its API key stops working; absent: never.'),
    revokedAt: z.iso.datetime().optional().describe('Since when its API key no longer works; absent: it does.'),
  })
  .meta({ id: 'Principal', description: 'Who may call: a service, or a post that people hold.' });

export const AddPrincipalBody = z.strictObject({
  name: PrincipalNameSchema,
  role: RoleSchema,
  purposes: z.array(PurposeSchema).max(50).default([]).describe('The purposes for which it may ask for values.'),
  audience: AudienceSchema.optional().describe(
    'Ties it to this audience: it gets and uses that audience’s tokens alone, and is told and names no records and no ' +
      'subjects. A receiver needs one.',
  ),
  expiresAt: TimeSchema.optional().describe('When the API key stops working; absent: never.'),
});

export const AddPrincipalReply = z.strictObject({
  principal: PrincipalIdSchema,
  apiKey: z.string().describe('The API key. It is shown this once and kept nowhere.'),
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
    erasedAt: z.iso.datetime().optional().describe('Since when nothing of it opens; absent: it lives.'),
  })
  .meta({ id: 'Tenant', description: 'A division of the vault, isolated from the others.' });

export const TenantsQuery = z.strictObject(pageQuery(TenantIdSchema));
export const TenantsReply = z.strictObject({
  tenants: z.array(TenantSchema).describe('In the order they were added.'),
  ...pageEnd(TenantIdSchema),
});
