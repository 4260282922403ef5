/**
 * The OpenAPI 3.1 document, derived from the routes: nothing in it is written a second time. A test holds that every
 * operation, field and error is described.
 */
import { z } from 'zod';
import { PROBLEMS, STATUS } from './problem.ts';
import type { Route } from './route.ts';
import { ROUTES } from './routes.ts';

/** Problems that every operation may answer with. */
const COMMON = [
  'unauthenticated',
  'not_allowed',
  'invalid_request',
  'store_unavailable',
  'key_unavailable',
  'internal_error',
];
const WITH_BODY = ['malformed_request', 'body_too_large', 'unsupported_media_type'];

type Schema = Record<string, unknown>;

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

export function openApi(): Schema {
  const schemas: Record<string, Schema> = {};
  const paths: Record<string, Record<string, Schema>> = {};
  for (const route of ROUTES) {
    paths[route.path] = { ...paths[route.path], [route.method]: operation(route, schemas) };
  }
  schemaOf(ProblemSchema, 'output', schemas);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Lethe',
      version: '1',
      summary: 'A vault for personal data that can truly forget.',
      description:
        'Store values and get tokens in their place; reveal a value only to a role that may see it, for a stated purpose; ' +
        'erase it by destroying its key. Every call needs an API key and leaves an audit entry. ' +
        'Personal data is never in a URL. Errors are `application/problem+json` with a stable `code`.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ apiKey: [] }],
    paths,
    components: {
      securitySchemes: {
        apiKey: {
          type: 'http',
          scheme: 'bearer',
          description: 'An API key, as `lethe principals add` or `POST /v1/principals` hands it out.',
        },
      },
      schemas,
    },
  };
}

function operation(route: Route, schemas: Record<string, Schema>): Schema {
  const codes = [...COMMON, ...(route.body === undefined ? [] : WITH_BODY), ...route.problems];
  if (route.idempotent) codes.push('idempotency_key_reused');
  return {
    operationId: route.operationId,
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    tags: [route.path.split('/')[2]],
    parameters: [
      ...parameters(route.params, 'path', schemas),
      ...parameters(route.query, 'query', schemas),
      ...headers(route),
    ],
    ...(route.body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': content(route.body, 'input', schemas) } } }),
    responses: {
      [route.status ?? 200]: {
        description: 'Done, and recorded in the audit log.',
        headers: { 'X-Request-Id': { description: 'Id of the request.', schema: { type: 'string' } } },
        content: { 'application/json': content(route.reply, 'output', schemas) },
      },
      ...problemResponses(codes),
    },
  };
}

function headers(route: Route): Schema[] {
  if (!route.idempotent) return [];
  return [
    {
      name: 'Idempotency-Key',
      in: 'header',
      required: false,
      description: 'Makes a repeated request safe: same key and body within 24 hours, same answer. Not personal data.',
      schema: { type: 'string', minLength: 1, maxLength: 255 },
      example: '5d1f0c3a-3a1e-4b62-9d1c-0f7f6a1d2b3c',
    },
  ];
}

function parameters(of: z.ZodType | undefined, place: 'path' | 'query', schemas: Record<string, Schema>): Schema[] {
  if (of === undefined) return [];
  const { properties = {}, required = [] } = schemaOf(of, 'input', schemas) as {
    properties?: Record<string, Schema>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    description: schema.description ?? `At most this many rows.`,
    schema,
  }));
}

function content(of: z.ZodType, io: 'input' | 'output', schemas: Record<string, Schema>): Schema {
  const schema = schemaOf(of, io, schemas);
  const [example] = (schema.examples as unknown[] | undefined) ?? [];
  return { schema, ...(example === undefined ? {} : { example }) };
}

/** The JSON Schema of a part; schemas with an id move to the document's components. */
function schemaOf(of: z.ZodType, io: 'input' | 'output', schemas: Record<string, Schema>): Schema {
  const made = z.toJSONSchema(of, { io, target: 'draft-2020-12', unrepresentable: 'any' }) as Schema & {
    $defs?: Record<string, Schema>;
  };
  const text = JSON.stringify({ ...made, $schema: undefined, $defs: undefined, '~standard': undefined });
  const lift = (json: string) => JSON.parse(json.replaceAll('"#/$defs/', '"#/components/schemas/')) as Schema;
  for (const [name, schema] of Object.entries(made.$defs ?? {})) {
    const { id: _, ...rest } = schema;
    schemas[name] = lift(JSON.stringify(rest));
  }
  const { id, ...rest } = lift(text);
  if (typeof id !== 'string') return rest;
  schemas[id] = rest;
  return { $ref: `#/components/schemas/${id}` };
}

function problemResponses(codes: readonly string[]): Record<string, Schema> {
  const byStatus = new Map<number, string[]>();
  for (const code of codes) {
    const kind = PROBLEMS[code]?.kind ?? 'internal';
    byStatus.set(STATUS[kind], [...(byStatus.get(STATUS[kind]) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus]
      .sort(([a], [b]) => a - b)
      .map(([status, list]) => [
        status,
        {
          description: list.map((code) => `\`${code}\`: ${PROBLEMS[code]?.title ?? ''}`).join('\n\n'),
          content: {
            'application/problem+json': {
              schema: { $ref: '#/components/schemas/Problem' },
              example: exampleProblem(list[0] ?? 'internal_error', status),
            },
          },
        },
      ]),
  );
}

function exampleProblem(code: string, status: number): Schema {
  const title = PROBLEMS[code]?.title ?? '';
  return {
    type: `/docs#problem-${code}`,
    title,
    status,
    code,
    detail: title,
    request: 'req_01kae5m8q0x7t3v9c2n6b4d1fg',
  };
}
