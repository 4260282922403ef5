/**
 * The OpenAPI 3.1 document, derived from the declarations of the operations, so that nothing is written twice. A test
 * checks that it describes every operation, field and error, and shows an example of each.
 */
import { z } from 'zod';
import { JobReply } from '../../jobs/schema.ts';
import type { Operation } from '../../operations/operation.ts';
import { GROUPS, isRoute, rolesFor } from '../../operations/operations.ts';
import type { ProblemCode } from '../../problems/list.ts';
import { RELEASE } from '../../release.ts';
import { JWKS_PATH, jwksOperation } from '../well-known.ts';
import { BESIDE_TAG, besideThem } from './beside.ts';
import { JsonSchemas, type Schema } from './json-schemas.ts';
import { COMMON, ProblemSchema, problemResponses, referencesTo, WITH_BODY, WITH_INPUT } from './problems.ts';

/** Where a vault listens unless it is told otherwise. The page at `/docs` calls the vault that it comes from. */
const USUAL_URL = 'http://127.0.0.1:7300';

const DESCRIPTION = `
Store values and get tokens in their place; reveal a value only to a role that may see it, for a stated purpose; erase
it by destroying its key.

**API key.** Every call under \`/v1\` carries one, as \`Authorization: Bearer lethe_…\`, and leaves an entry in the
audit log, unless nobody knows the key. What a role may do, a refusal says: \`not_allowed\` names the roles that may.
\`GET /.well-known/jwks.json\` takes no key, and leaves no entry.

**Personal data is never in a URL**, neither sent nor answered.

**Errors** are \`application/problem+json\` (RFC 9457). Programs go by \`code\`, which is stable; \`field\` names the
place in the request; \`request\` finds the call in the log. No problem repeats a value. A 422 lists in \`errors\` all
that is wrong with the request, up to 100 faults, in the order of the items.

**Calling again.** Reads can be repeated. Each reveal takes one use of a token whose uses are counted, and each wrong
guess counts, whatever the answer. A write that takes an \`Idempotency-Key\` does its work once per key
within 24 hours and gives the same answer each time. After a 503, or no answer at all, wait and send the same again;
\`Retry-After\` says how many seconds to wait. After a 503 nothing has been done, with two exceptions.
\`outcome_unknown\`: it may have been, and only the same Idempotency-Key keeps it from being done twice.
\`journal_unavailable\`, and any 503 to a revocation: what was ordered holds; call again until it is answered. A call is answered within 30 seconds.

**A second person.** Where the tenant has said so (\`PUT /v1/approval-policy\`), some calls are answered 202 with the
problem \`approval_needed\`: nothing was done, and \`approval\` names what waits. Once somebody else has approved it,
send the same call again.

**Limits.** A body holds up to 1 MiB and a batch up to 1,000 items; a value up to 64 KiB. Of
at most 25 passwords a call makes verifiers.

**Replies may gain properties**, and lists of codes new ones, without a new version. Requests with properties that are
not described here are refused.

A vault that starts from shares of its root key is sealed at first: \`/readyz\` answers 503, and every call the problem
\`sealed\`, but for this description and \`/healthz\`, until \`POST /v1/unseal\` has been given enough.

**Lists** come in pages: \`after\` and \`limit\` ask for one. Its \`next\` is the \`after\` of the page that
follows, and absent on the last.

**Types of a tenant’s own** have names that begin with \`x_\`. Where a \`type\` tells variants apart, such a
name means the variant for types of one’s own, which no table of names can list. A generated client that writes
the \`type\` itself, as those for Go do, is given such a variant as JSON.
`.trim();

/** @param publicUrl where clients find the API */
export function openApi(publicUrl?: string): Schema {
  const schemas = new JsonSchemas();
  const paths: Record<string, Record<string, Schema>> = {};
  schemas.named(ProblemSchema, 'output', 'Problem');
  const groups = GROUPS.map(({ operations, ...tag }) => ({ tag, routes: operations.filter(isRoute) }));
  const shown = groups.filter(({ routes }) => routes.length > 0);
  for (const { tag, routes } of shown) {
    for (const route of routes) {
      paths[route.path] = { ...paths[route.path], [route.method]: operation(route, tag.name, schemas) };
    }
  }
  paths[JWKS_PATH] = { get: jwksOperation(schemas) };
  Object.assign(paths, besideThem(schemas));
  return {
    openapi: '3.1.0',
    info: {
      title: 'Lethe',
      version: RELEASE,
      summary: 'A vault for personal data that can truly forget.',
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: publicUrl ?? USUAL_URL, description: publicUrl ? 'this vault' : 'a vault on this machine' }],
    security: [{ bearer: [] }],
    tags: [...shown.map(({ tag }) => tag), BESIDE_TAG],
    paths,
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'An API key, as `npm run lethe -- principals add` or `POST /v1/principals` hands it out.',
        },
      },
      parameters: { IdempotencyKey: IDEMPOTENCY_KEY },
      headers: { RequestId: REQUEST_ID, RetryAfter: RETRY_AFTER },
      responses: problemResponses(publicUrl),
      schemas: schemas.all,
    },
  };
}

function operation(route: Operation, tag: string, schemas: JsonSchemas): Schema {
  const { operationId, summary, description, body, params, query, status = 200, example } = route;
  const name = operationId.charAt(0).toUpperCase() + operationId.slice(1);
  const codes = new Set<ProblemCode>([
    ...COMMON,
    ...((params ?? query ?? body) === undefined ? [] : WITH_INPUT),
    ...(body === undefined ? [] : WITH_BODY),
    ...(route.idempotent ? (['idempotency_key_reused'] as const) : []),
    ...route.problems,
  ]);
  const content = (of: z.ZodType, io: 'input' | 'output', kind: string, value: unknown) => {
    const schema = schemas.named(of, io, `${name}${kind}`);
    return { 'application/json': { schema, example: value } };
  };
  const reply = content(route.reply, 'output', 'Reply', example.reply);
  return {
    operationId,
    summary,
    description: [description, problemsOf(route)].filter(Boolean).join('\n\n') || summary,
    tags: [tag],
    security: [{ bearer: rolesFor(route) }],
    parameters: [...parameters(params, 'path', schemas), ...parameters(query, 'query', schemas), ...headers(route)],
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: content(body, 'input', 'Body', example.request) } }),
    responses: {
      [status]: {
        description: 'Done, and recorded in the audit log.',
        headers: { 'X-Request-Id': { $ref: '#/components/headers/RequestId' } },
        content: route.events === undefined ? reply : eventsOf(schemas, reply['application/json'].example),
      },
      ...referencesTo(codes),
    },
  };
}

function problemsOf({ problems }: Operation): string {
  return problems.length === 0 ? '' : `Its own problems: ${problems.map((code) => `\`${code}\``).join(', ')}.`;
}

/** A stream is text; `contentSchema` says of what. Not every generator reads that. */
function eventsOf(schemas: JsonSchemas, data: unknown): Schema {
  const schema = {
    type: 'string',
    contentMediaType: 'text/event-stream',
    contentSchema: schemas.named(JobEvent, 'output', ''),
    description: 'Server-sent events; the data of each is a `Job`.',
  };
  return { 'text/event-stream': { schema, example: `id: 1\nevent: progress\ndata: ${JSON.stringify(data)}\n\n` } };
}

const JobEvent = z
  .strictObject({
    id: z.string().describe('Counts the events of this stream.'),
    event: z.string().describe('`progress`, or `done` for the last one.'),
    data: JobReply.describe('The job as it is then.'),
  })
  .meta({ id: 'JobEvent', description: 'One event of a stream.' });

const REQUEST_ID = {
  description: 'Id of the request, as in the log and the audit entry.',
  schema: { type: 'string' },
  example: 'req_01m81j9hb4ezb8cjvmsyzynw8p',
};
const RETRY_AFTER = {
  description: 'How many seconds to wait before the next try.',
  schema: { type: 'integer' },
  example: 1,
};

/** Without an example: a page that fills one in would send the same key with every call. */
const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'Makes a repeated call safe: with the same key and the same request, within 24 hours, the work is done once and ' +
    'the answer is the same. Visible ASCII, such as a new random UUID for each call; not personal data.',
  schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[!-~]+$' },
};

function headers(route: Operation): Schema[] {
  return route.idempotent ? [{ $ref: '#/components/parameters/IdempotencyKey' }] : [];
}

function parameters(of: z.ZodType | undefined, place: 'path' | 'query', schemas: JsonSchemas): Schema[] {
  if (of === undefined) return [];
  const { properties = {}, required = [] } = schemas.inline(of, 'input') as {
    properties?: Record<string, Schema>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...schema } = property;
    const named = typeof schema.$ref === 'string' ? schemas.at(schema.$ref) : undefined;
    return {
      name,
      in: place,
      required: place === 'path' || required.includes(name),
      description: description ?? named?.description,
      schema,
      // "Try it out" sends the example. For an optional parameter that would be a surprise.
      ...(place === 'path' ? { example: schemas.exampleOf(property) } : {}),
    };
  });
}
