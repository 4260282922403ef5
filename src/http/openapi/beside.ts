/** What a vault answers without an API key: health, readiness, metrics, and shares of the root key. */
import { z } from 'zod';
import type { ProblemCode } from '../../problems/list.ts';
import type { JsonSchemas, Schema } from './json-schemas.ts';
import { referencesTo } from './problems.ts';

export const UnsealBody = z
  .strictObject({
    share: z
      .string()
      .min(1)
      .max(1024)
      .describe('A share of the root key.')
      .meta({ examples: ['LETHE1-EXAMPLE'] }),
  })
  .meta({ id: 'UnsealBody', description: 'One share. It is kept nowhere.' });

const UnsealProgress = z
  .strictObject({
    sealed: z.boolean().describe('Whether the vault still waits for shares.'),
    given: z.int().min(0).describe('How many it has been given.'),
    needed: z.int().min(0).describe('How many it needs.'),
  })
  .meta({ id: 'UnsealProgress', description: 'How many shares are still missing.' });

const Health = z
  .strictObject({
    status: z.string().describe('`ok`: the process runs.'),
    release: z.string().describe('The release of Lethe.'),
    schema: z
      .strictObject({
        records: z.string().describe('Of the record store.'),
        keys: z.string().describe('Of the key store.'),
      })
      .describe('The newest step of each store that this release knows.'),
  })
  .meta({ id: 'Health', description: 'That the process runs, and what it is.' });

const parts = (meaning: string) => z.record(z.string(), z.string()).optional().describe(meaning);
const Readiness = z
  .strictObject({
    status: z.string().describe('`ready`, `unavailable`, or `sealed`: the root key’s shares are missing.'),
    unavailable: parts('What stands in the way, each with a code.'),
    degraded: parts('What fails while calls are answered, each with a code.'),
  })
  .meta({ id: 'Readiness', description: 'Whether a call would be answered.' });

const TAG = 'Server';
export const BESIDE_TAG = { name: TAG, description: 'Whether the vault runs and is open. Without an API key.' };

/** Their paths in the document. */
export function besideThem(schemas: JsonSchemas): Record<string, Record<string, Schema>> {
  const json = (of: z.ZodType, example: unknown) => ({
    'application/json': { schema: schemas.named(of, 'output', ''), example },
  });
  const answer = (description: string, content: Schema) => ({
    description,
    headers: { 'X-Request-Id': { $ref: '#/components/headers/RequestId' } },
    content,
  });
  const operation = (operationId: string, summary: string, responses: Schema, codes: readonly ProblemCode[] = []) => ({
    ...{ operationId, summary, tags: [TAG], security: [], parameters: [] },
    responses: { ...responses, ...referencesTo(codes) },
  });
  const progress = json(UnsealProgress, { sealed: true, given: 1, needed: 2 });
  const body = {
    'application/json': { schema: schemas.named(UnsealBody, 'input', ''), example: { share: 'LETHE1-…' } },
  };
  const release = { release: '0.1.0', schema: { records: '0001-tables', keys: '0001-tables' } };
  return {
    '/healthz': {
      get: operation('getHealth', 'Say that the process runs.', {
        200: answer('It runs.', json(Health, { status: 'ok', ...release })),
      }),
    },
    '/readyz': {
      get: operation('getReadiness', 'Say whether a call would be answered.', {
        200: answer('It would.', json(Readiness, { status: 'ready' })),
        503: answer('It would not.', json(Readiness, { status: 'sealed' })),
      }),
    },
    '/metrics': {
      get: operation('getMetrics', 'The metrics, for Prometheus.', {
        200: {
          description: 'The metrics in the text format of Prometheus.',
          content: { 'text/plain': { schema: { type: 'string' }, example: 'lethe_unfinished_erasures 0\n' } },
        },
      }),
    },
    '/v1/unseal': {
      get: operation('getUnsealProgress', 'Say how many shares are missing.', {
        200: answer('How many have been given and are needed.', progress),
      }),
      post: {
        ...operation(
          'unseal',
          'Give a sealed vault a share of its root key.',
          { 200: answer('The share was taken; or the vault is open, and it was not read.', progress) },
          [
            ...(['malformed_request', 'invalid_request', 'body_too_large', 'unsupported_media_type'] as const),
            ...(['share_repeated', 'shares_disagree', 'share_typo', 'share_foreign', 'share_wrong'] as const),
            ...(['too_many_shares', 'unseal_failed', 'internal_error', 'shutting_down'] as const),
          ],
        ),
        requestBody: { required: true, content: body },
      },
    },
  };
}
