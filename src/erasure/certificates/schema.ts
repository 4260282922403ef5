/** Certificates as the API speaks of them: what is signed, what it waits for, and the keys that verify it. */
import { z } from 'zod';
import { ErasureIdSchema, RecordIdSchema, SubjectIdSchema } from '../../schema.ts';

const epochNumber = (meaning: string) =>
  z
    .int()
    .describe(meaning)
    .meta({ examples: [41] });

const SlotStatement = z
  .object({
    epoch: epochNumber('The epoch whose secret it held.'),
    slot: z
      .string()
      .describe('Its name.')
      .meta({ examples: ['file'] }),
    kind: z.string().describe('What it is: `file`, `pkcs11` or `transit`; more may come.'),
    tier: z
      .string()
      .describe(
        'What stands behind its deletion. `overwritten`: overwritten in place as far as the operating system tells. ' +
          '`hardware`: a device that keeps keys inside itself says so. `service`: a key service says so.',
      ),
    method: z
      .string()
      .describe('How it destroyed the secret.')
      .meta({ examples: ['overwrite and unlink'] }),
    statement: z
      .string()
      .describe('What it stated, word for word, and what it cannot rule out.')
      .meta({ examples: ['The file was overwritten, synced and unlinked.'] }),
    destroyedAt: z.iso.datetime().describe('When it confirmed, UTC.'),
  })
  .describe('One root slot, and how it destroyed an epoch’s secret.');

const AbandonedNode = z
  .object({
    node: z.string().describe('Its name (`nod_…`).'),
    abandonedAt: z.iso.datetime().describe('When the security team gave it up, UTC.'),
    statement: z.string().describe('What that means.'),
  })
  .describe('A node of the vault that was given up.');

const RemainingIndexKey = z
  .object({
    name: z.string().describe('The index: a data type, a part of one, or one of the vault’s own (`@…`).'),
    version: z
      .int()
      .min(1)
      .describe('The version of its key.')
      .meta({ examples: [1] }),
    state: z
      .string()
      .describe(
        '`live`: in the key store, so that whoever holds it and an old copy of the key store can test guesses at the value. ' +
          '`dropped`: no longer in the key store; a copy of it ends with the epoch it was last wrapped under.',
      ),
    until: z.iso
      .datetime()
      .nullable()
      .describe(
        'Of a live one: when its cryptoperiod is over and the vault is to order its replacement, UTC; past where that is late. ' +
          'It leaves the key store when that rotation has ended, and copies of it end with the close of the epoch of ' +
          'that time. null: none is planned, for it is dropped, or one of the vault’s own (`@…`), or the schedule was off.',
      ),
    droppedAt: z.iso.datetime().optional().describe('Of a dropped one, as far as it is known: since when, UTC.'),
    epoch: epochNumber(
      'Of a dropped one, as far as it is known: the epoch it was last wrapped under. Where that is at most ' +
        '`epochs.destroyedThrough`, no copy of the key store opens the key any more.',
    ).optional(),
  })
  .describe('An index key under which the erased values had entries.');

export const CERTIFICATE_VERSION = 1;

/** Later versions may say more: unknown fields are ignored. */
export const StatementSchema = z
  .object({
    iss: z
      .string()
      .describe('Id of the vault (`vlt_…`).')
      .meta({ examples: ['vlt_01m6b1yq00e7mhfz2a8rdk5c3w'] }),
    iat: z
      .int()
      .describe('When this was signed: seconds since 1970.')
      .meta({ examples: [1_795_500_000] }),
    jti: ErasureIdSchema,
    version: z.int().describe('Of the form of this statement.'),
    tenant: z
      .string()
      .describe('Id of the tenant (`ten_…`).')
      .meta({ examples: ['ten_1fz07q9k3c'] }),
    scope: z.string().optional().describe('`tenant` where a whole tenant was erased; absent otherwise.'),
    subject: SubjectIdSchema.optional().describe('The subject, where one was erased as a whole.'),
    cause: z.string().describe('Why the keys were destroyed: `erased`.'),
    records: z
      .object({
        count: z
          .int()
          .min(0)
          .describe('How many.')
          .meta({ examples: [1] }),
        sha256: z
          .string()
          .optional()
          .describe(
            'Of their ids, sorted, each followed by a line feed: `sort ids | sha256sum`. Not of a whole tenant.',
          )
          .meta({ examples: ['9f8a1e0d6c5b4a39281706f5e4d3c2b1a0998877665544332211ffeeddccbbaa'] }),
        ids: z.array(RecordIdSchema).optional().describe('The ids themselves, up to 100 of them.'),
      })
      .describe('The records erased.'),
    orderedBy: z.string().describe('The principal that ordered it (`prn_…`).'),
    orderedAt: z.iso.datetime().describe('Since when nothing opens the values, UTC.'),
    shreddedAt: z.iso.datetime().describe('When the keys were destroyed in the live key store, UTC.'),
    finalAt: z.iso.datetime().describe('When all below had been found to hold, UTC.'),
    sanitization: z
      .object({
        standard: z.string().describe('Whose words these are.'),
        method: z.string().describe('How it was done: the technique, in the words of that standard.'),
        tool: z
          .object({ name: z.string().describe('Its name.'), version: z.string().describe('Its version.') })
          .describe('What carried it out.'),
        verification: z.string().describe('What was checked before this was signed.'),
        leftOut: z.string().describe('Which fields of that certificate do not apply, and why.'),
      })
      .describe('The fields of the certificate of sanitization of NIST SP 800-88 rev. 2 (4.6, appendix C) that apply.'),
    algorithms: z
      .object({
        values: z.string().describe('How values were sealed.'),
        keys: z.string().describe('How keys were wrapped and derived.'),
        keyBits: z
          .int()
          .describe('The length of every key destroyed.')
          .meta({ examples: [256] }),
      })
      .describe('Under what the values were sealed.'),
    epochs: z
      .object({
        ordered: epochNumber('The epoch in which the erasure was ordered.'),
        last: epochNumber('The last epoch under which any of the keys was wrapped.'),
        destroyedThrough: epochNumber('This epoch and every one before it is destroyed.'),
      })
      .describe('The epochs whose secrets stood between old copies of the key store and the values.'),
    slots: z.array(SlotStatement).describe('Every root slot that held a secret of the epochs `ordered` to `last`.'),
    nodes: z
      .array(AbandonedNode)
      .optional()
      .describe('Nodes given up that may have held one of these secrets; absent: none.'),
    remains: z
      .object({
        indexKeys: z.array(RemainingIndexKey).describe('Index keys, by which guesses can be tested.'),
        notes: z.array(z.string()).describe('What else stays, and how long.'),
      })
      .describe('What of the erased there is still.'),
    limits: z.array(z.string()).describe('What this does not say.'),
  })
  .meta({
    id: 'ErasureStatement',
    description: 'What a certificate of erasure says. Numbers, ids and fixed sentences only.',
  });
export type Statement = z.infer<typeof StatementSchema>;

export const CertificateReply = z.strictObject({
  erasure: ErasureIdSchema,
  state: z
    .enum(['pending', 'final'])
    .meta({ id: 'CertificateState', description: 'Whether there is a certificate.' })
    .describe('`pending`: copies of the key store made earlier may still open the values. `final`: none does.'),
  waitsFor: z
    .array(z.string())
    .optional()
    .describe(
      'What has not happened yet: `completion` (its keys are being destroyed), `epoch_close`, `slot` (a slot has not ' +
        'confirmed; `slot:<name>` to auditors and the security team), `node` (a node has not said that it has forgotten it; ' +
        '`node:<name>` to the same), `signature` (it is about to be signed).',
    )
    .meta({ examples: [['epoch_close']] }),
  certificate: z
    .string()
    .optional()
    .describe(
      'The statement, signed: a JWS in compact form (RFC 7515), `EdDSA` with Ed25519 (RFC 8037), type ' +
        '`lethe-erasure-certificate+jwt`, under a key of `/.well-known/jwks.json`.',
    )
    .meta({ examples: ['eyJhbGciOiJFZERTQSJ9.e30.c2lnbmF0dXJl'] }),
  statement: StatementSchema.optional().describe('What the certificate says, as it is read without verifying it.'),
});
export type CertificateState = z.infer<typeof CertificateReply>;

export const JwksReply = z
  .strictObject({
    keys: z
      .array(
        z.strictObject({
          kty: z.string().describe('The key type: `OKP`.'),
          crv: z.string().describe('The curve: `Ed25519`.'),
          x: z.string().describe('The public key, base64url.'),
          kid: z.string().describe('The RFC 7638 thumbprint, as in the header of what the key signed.'),
          use: z.string().describe('`sig`: the key signs.'),
          alg: z.string().describe('The algorithm: `EdDSA`.'),
        }),
      )
      .describe('The oldest first; kept for good.'),
  })
  .meta({ id: 'Jwks', description: 'The public keys of the vault’s certificates (RFC 7517).' });
