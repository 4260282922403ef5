/**
 * `/.well-known/jwks.json`: the public keys of the vault's certificates (RFC 7517, RFC 8615). It is public, like health
 * and the API's description, because certificates are for people who have no API key.
 */
import type { RequestHandler } from 'express';
import { raiseAlarms } from '../calls/alarms.ts';
import { TimeLimit } from '../calls/time-limit.ts';
import { JwksReply } from '../erasure/certificates/schema.ts';
import { VaultError } from '../errors.ts';
import { newId } from '../ids.ts';
import { publicKeys } from '../vault/public-keys.ts';
import type { Vault } from '../vault/vault.ts';
import { send } from './handler.ts';
import { SECURITY_HEADERS } from './headers.ts';
import type { JsonSchemas, Schema } from './openapi/json-schemas.ts';
import { referencesTo } from './openapi/problems.ts';
import { OF_STORES_AND_KEYS, problemOf } from './problem.ts';

export const JWKS_PATH = '/.well-known/jwks.json';
/** The media type of a set of keys: RFC 7517, “Media Type Registration”. */
const TYPE = 'application/jwk-set+json';
/** A new key signs at once. A reader whose copy, up to five minutes old, does not have the key asks again. */
const CACHE = 'public, max-age=300';

const EXAMPLE = {
  keys: [
    {
      ...{ kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' },
      ...{ kid: 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k', use: 'sig', alg: 'EdDSA' },
    },
  ],
};

export function jwksHandler(vault: Vault, closing: () => boolean, publicUrl?: string): RequestHandler {
  return async (request, response) => {
    const id = newId('request', vault.random, vault.clock());
    try {
      if (request.url.includes('?')) throw new VaultError('malformed_request', 'This path takes no query.');
      vault.assertInPlace();
      const text = JSON.stringify(await new TimeLimit(vault.callLimitMs).orTimedOut(publicKeys(vault)));
      const headers = SECURITY_HEADERS.map((value, i) => (SECURITY_HEADERS[i - 1] === 'Cache-Control' ? CACHE : value));
      const size = String(Buffer.byteLength(text));
      response.writeHead(200, [...headers, 'X-Request-Id', id, 'Content-Type', TYPE, 'Content-Length', size]);
      response.end(text);
    } catch (error) {
      raiseAlarms(vault.signals, [error], id);
      const problem = problemOf(error, id, publicUrl);
      send(response, problem.status, 'application/problem+json', problem, id, closing());
    }
  };
}

/** Its part of the OpenAPI document. It is like an operation's, but needs no API key. */
export function jwksOperation(schemas: JsonSchemas): Schema {
  return {
    operationId: 'getJwks',
    summary: 'The public keys that verify certificates.',
    description: 'Public: needs no API key, and is not recorded in the audit log. May be cached for five minutes.',
    tags: ['Erasures'],
    security: [],
    parameters: [],
    responses: {
      200: {
        description: 'The keys, the oldest first.',
        headers: { 'X-Request-Id': { $ref: '#/components/headers/RequestId' } },
        content: { [TYPE]: { schema: schemas.named(JwksReply, 'output', 'Jwks'), example: EXAMPLE } },
      },
      ...referencesTo(['malformed_request', 'method_not_allowed', ...OF_STORES_AND_KEYS]),
    },
  };
}
