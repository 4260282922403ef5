/**
 * The OpenAPI 3.1 document, derived from the declarations of the operations, so that nothing is written twice. A test
 * checks that it describes every operation, field and error, and shows an example of each.
 */
import { z } from 'zod';
import type { Operation } from '../../operations/operation.ts';
import { GROUPS, isRoute } from '../../operations/operations.ts';
import { STATUS } from '../../problems/kinds.ts';
import { PROBLEMS, type ProblemCode } from '../../problems/list.ts';
import { RELEASE } from '../../release.ts';
import { OF_STORES_AND_KEYS } from '../problem.ts';
import { JWKS_PATH, jwksOperation } from '../well-known.ts';
import { exampleProblem } from './example-problem.ts';
import { JsonSchemas, type Schema } from './json-schemas.ts';

/** Problems that every operation may answer with. */
const COMMON: readonly ProblemCode[] = [
  'malformed_request',
  'unauthenticated',
  'not_allowed',
  ...OF_STORES_AND_KEYS,
  'shutting_down',
  'overloaded',
];
const WITH_INPUT: readonly ProblemCode[] = ['invalid_request'];
const WITH_BODY: readonly ProblemCode[] = ['body_too_large', 'unsupported_media_type'];

const ProblemSchema = z
  .strictObject({
    type: z.string().describe('Where the problem is described.'),
    title: z.string().describe('What the code means.'),
    status: z.int().describe('The HTTP status.'),
    code: z.enum(Object.keys(PROBLEMS)).describe('The problem, for programs; stable.'),
    detail: z.string().describe('The problem, for people.'),
    field: z.string().optional().describe('The place in the request that is at fault, such as `items/3/value.number`.'),
    request: z.string().describe('Id of the request, as in the log and the audit entry.'),
  })
  .meta({ id: 'Problem', description: 'What went wrong (RFC 9457).' });

const DESCRIPTION = `
Store values and get tokens in their place; reveal a value only to a role that may see it, for a stated purpose; erase
it by destroying its key.

**API key.** Every call under \`/v1\` carries one, as \`Authorization: Bearer lethe_…\`, and leaves an entry in the
audit log, unless nobody knows the key. What a role may do, a refusal says: \`not_allowed\` names the roles that may.
\`GET /.well-known/jwks.json\` takes no key, and leaves no entry.

**Personal data is never in a URL**, neither sent nor answered.

**Errors** are \`application/problem+json\` (RFC 9457). Programs go by \`code\`, which is stable; \`field\` names the
place in the request; \`request\` finds the call in the log. No problem repeats a value.

**Calling again.** Reads can be repeated. Each reveal takes one use of a token whose uses are counted, and each wrong
guess counts, whatever the answer. A write that takes an \`Idempotency-Key\` does its work once per key
within 24 hours and gives the same answer each time. After a 503, or no answer at all, wait and send the same again;
\`Retry-After\` says how many seconds to wait. After a 503 nothing has been done, with two exceptions.
\`outcome_unknown\`: it may have been, and only the same Idempotency-Key keeps it from being done twice.
\`journal_unavailable\`, and any 503 to a revocation: what was ordered holds; call again until it is answered. A call is answered within 30 seconds.

**Limits.** A body holds up to 1 MiB and a batch up to 1,000 items; a value up to 64 KiB. Of
at most 25 passwords a call makes verifiers. Lists come in pages: \`more\` says whether there is another.

**Replies may gain properties**, and lists of codes new ones, without a new version. Requests with properties that are
not described here are refused.

Beside the API, without a key: \`GET /healthz\` (the process runs, which release it is, and which step of each store it knows), \`GET /readyz\` (a call would be answered: both stores
can be written to and the keys are at hand; otherwise 503, and \`unavailable\` says what is not), \`GET /metrics\` (Prometheus).

A vault that starts from shares of its root key is sealed at first: \`/readyz\` answers 503, and every call the problem
\`sealed\`, but for this description and \`/healthz\`. \`POST /v1/unseal {"share": "LETHE1-…"}\`, also without a key, gives it one share and answers
\`{"sealed", "given", "needed"}\`; \`GET /v1/unseal\` answers the same and gives none.
`.trim();

/** @param publicUrl where clients find the API; by default, next to the document */
export function openApi(publicUrl?: string): Schema {
  const schemas = new JsonSchemas();
  const paths: Record<string, Record<string, Schema>> = {};
  schemas.named(ProblemSchema, 'output', 'Problem');
  const groups = GROUPS.map(({ operations, ...tag }) => ({ tag, routes: operations.filter(isRoute) }));
  const shown = groups.filter(({ routes }) => routes.length > 0);
  for (const { tag, routes } of shown) {
    for (const route of routes) {
      paths[route.path] = { ...paths[route.path], [route.method]: operation(route, tag.name, schemas, publicUrl) };
    }
  }
  const ofJwks = (codes: readonly ProblemCode[]) => problemResponses('getJwks', codes, publicUrl);
  paths[JWKS_PATH] = { get: jwksOperation(schemas, { 'X-Request-Id': REQUEST_ID }, ofJwks) };
  return {
    openapi: '3.1.0',
    info: {
      title: 'Lethe',
      version: RELEASE,
      summary: 'A vault for personal data that can truly forget.',
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: publicUrl ?? '.', description: 'this vault' }],
    security: [{ apiKey: [] }],
    tags: shown.map(({ tag }) => tag),
    paths,
    components: {
      securitySchemes: {
        apiKey: {
          type: 'http',
          scheme: 'bearer',
          description: 'An API key, as `npm run lethe -- principals add` or `POST /v1/principals` hands it out.',
        },
      },
      schemas: schemas.all,
    },
  };
}

function operation(route: Operation, tag: string, schemas: JsonSchemas, publicUrl: string | undefined): Schema {
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
    ...(description === undefined ? {} : { description }),
    tags: [tag],
    parameters: [...parameters(params, 'path', schemas), ...parameters(query, 'query', schemas), ...headers(route)],
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: content(body, 'input', 'Body', example.request) } }),
    responses: {
      [status]: {
        description: 'Done, and recorded in the audit log.',
        headers: { 'X-Request-Id': REQUEST_ID },
        content: route.events === undefined ? reply : eventsOf(reply['application/json'].example),
      },
      ...problemResponses(operationId, codes, publicUrl),
    },
  };
}

/** OpenAPI 3.1 cannot describe the events of a stream. Prose and an example do it instead. */
function eventsOf(data: unknown): Schema {
  const schema = {
    type: 'string',
    description: 'Events; the data of each is the same JSON as the reply without `/events`.',
  };
  return { 'text/event-stream': { schema, example: `id: 1\nevent: progress\ndata: ${JSON.stringify(data)}\n\n` } };
}

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

function headers(route: Operation): Schema[] {
  if (!route.idempotent) return [];
  return [
    {
      name: 'Idempotency-Key',
      in: 'header',
      required: false,
      description:
        'Makes a repeated call safe: with the same key and the same request, within 24 hours, the work is done once and ' +
        'the answer is the same. Visible ASCII, such as a random UUID; not personal data.',
      schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[!-~]+$' },
      example: '5d1f0c3a-3a1e-4b62-9d1c-0f7f6a1d2b3c',
    },
  ];
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

function problemResponses(
  operationId: string,
  codes: Iterable<ProblemCode>,
  publicUrl?: string,
): Record<string, Schema> {
  const byStatus = new Map<number, { code: string; title: string; status: number }[]>();
  for (const code of codes) {
    const { kind, title } = PROBLEMS[code];
    const status = STATUS[kind];
    byStatus.set(status, [...(byStatus.get(status) ?? []), { code, title, status }]);
  }
  const responses = [...byStatus].map(([status, problems]) => [
    status,
    {
      description: problems.map(({ code, title }) => `- \`${code}\`: ${title}`).join('\n'),
      headers: {
        'X-Request-Id': REQUEST_ID,
        ...(status === 503 || status === 429 ? { 'Retry-After': RETRY_AFTER } : {}),
      },
      content: {
        'application/problem+json': {
          schema: { $ref: '#/components/schemas/Problem' },
          examples: Object.fromEntries(
            problems.map((problem) => [problem.code, { value: exampleProblem(operationId, problem, publicUrl) }]),
          ),
        },
      },
    },
  ]);
  return Object.fromEntries(responses);
}
