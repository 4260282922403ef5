/**
 * The contract: every operation is called with what the API's description gives as an example, with one request of each
 * variant, and with what becomes of these by small changes. The changes are the same in every run.
 *
 * A reply must be as described, whatever was sent. What the description refuses must be refused; what it takes may be
 * refused as no value or as not there, but never as no request.
 */
import { expect, test } from 'vitest';
import type { Role } from '../../src/access/roles.ts';
import { openApi } from '../../src/http/openapi/openapi.ts';
import { openTestVault, PURPOSES } from '../support/vault.ts';
import { Checker, type Schema } from './json-schema.ts';

interface Operation {
  readonly operationId: string;
  readonly security: readonly { readonly apiKey?: readonly Role[] }[];
  readonly parameters: readonly {
    readonly name?: string;
    readonly in?: string;
    readonly required?: boolean;
    readonly schema?: Schema;
    readonly example?: unknown;
  }[];
  readonly requestBody?: {
    readonly content: { readonly 'application/json': { readonly schema: Schema; readonly example: unknown } };
  };
  readonly responses: Record<string, Schema & { readonly content?: Record<string, { readonly schema: Schema }> }>;
}
const document = openApi() as unknown as {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema>; responses: Record<string, Operation['responses'][string]> };
};
const checker = new Checker(document.components.schemas);
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);
const MUTANTS = 18;
const OTHERS = [null, 0, -1, 1.5, true, '', 'x', 'é'.repeat(600), [], {}, ['x'], { unknown: 1 }];
const NOT_A_REQUEST = new Set(['invalid_request', 'malformed_request']);

/** Numbers that look random and are the same in every run. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function exampleOf(asked: Schema, depth = 0): unknown {
  const schema = checker.resolve(asked);
  const { examples, enum: words, oneOf, type, properties = {}, required = [], items, minimum = 1 } = schema;
  if (Array.isArray(examples)) return examples[0];
  if (Array.isArray(words)) return words[0];
  if (Array.isArray(oneOf)) return exampleOf(oneOf[0], depth + 1);
  if (type === 'array') return depth > 6 ? [] : [exampleOf(items as Schema, depth + 1)];
  if (type === 'object') {
    const parts = Object.entries(properties as Record<string, Schema>).filter(([name]) =>
      (required as string[]).includes(name),
    );
    return Object.fromEntries(parts.map(([name, part]) => [name, exampleOf(part, depth + 1)]));
  }
  return type === 'integer' || type === 'number' ? minimum : type === 'boolean' ? true : 'billing';
}

/** One body for each variant of the body, or of the items of a list in it. */
function variantsOf(schema: Schema): unknown[] {
  const { oneOf, properties = {} } = checker.resolve(schema) as {
    oneOf?: Schema[];
    properties?: Record<string, Schema>;
  };
  if (oneOf !== undefined) return oneOf.map((variant) => exampleOf(variant));
  return Object.entries(properties).flatMap(([name, property]) => {
    const { items } = checker.resolve(property) as { items?: Schema };
    if (items === undefined) return [];
    const base = exampleOf(schema) as object;
    return variantsOf(items).map((item) => ({ ...base, [name]: [item] }));
  });
}

/** The value with one small change somewhere. */
function changed(value: unknown, pick: (below: number) => number): unknown {
  const isNested = typeof value === 'object' && value !== null && Object.keys(value).length > 0;
  if (!isNested || pick(4) === 0) return OTHERS[pick(OTHERS.length)];
  if (Array.isArray(value)) {
    if (pick(4) === 0) return [...value, ...value];
    const at = pick(value.length);
    return value.map((item, i) => (i === at ? changed(item, pick) : item));
  }
  const entries = Object.entries(value);
  const at = pick(entries.length);
  switch (pick(6)) {
    case 0:
      return Object.fromEntries(entries.filter((_, i) => i !== at));
    case 1:
      return {
        ...value,
        [['reason', 'ref', 'token', 'reuse', 'format', 'undeclared'][pick(6)] as string]: OTHERS[pick(OTHERS.length)],
      };
    default:
      return Object.fromEntries(entries.map(([name, part], i) => [name, i === at ? changed(part, pick) : part]));
  }
}

test('what is described is what is taken, and what is answered is what is described', async () => {
  const vault = await openTestVault();
  const faults: unknown[] = [];
  let calls = 0;
  const call = async (
    { path, method, operation }: (typeof operations)[number],
    sent: { params: Record<string, string>; query: Record<string, string>; body?: unknown },
  ) => {
    const { operationId, responses, parameters, requestBody } = operation;
    const [role] = operation.security[0]?.apiKey ?? (['app'] as const);
    const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(sent.params[name] ?? ''));
    const query = new URLSearchParams(sent.query).toString();
    const reply = await vault
      .as(role as Role)
      .call(method as 'get', `${filled}${query && `?${query}`}`, sent.body as object);
    calls += 1;
    const say = (what: unknown): void =>
      void faults.push([operationId, what, reply.status, reply.body.code, JSON.stringify(sent).slice(0, 300)]);
    const declared = responses[reply.status] ?? (reply.status < 500 ? undefined : responses.default);
    if (declared === undefined) return say('undeclared status');
    const content =
      declared.content ?? document.components.responses[declared.$ref?.split('/').at(-1) ?? '']?.content ?? {};
    const type = (reply.headers['content-type'] ?? '').split(';')[0] as string;
    const media = content[type];
    if (media === undefined) return say(`undeclared content ${type}`);
    const fault = type.endsWith('json') ? checker.faultIn(reply.body, media.schema) : undefined;
    if (fault !== undefined) return say(fault);
    if (reply.status >= 500 && operationId !== 'getReadiness') return say('failed');
    const lacking = parameters.find(
      (one) => one.in === 'query' && one.required && !Object.hasOwn(sent.query, one.name ?? ''),
    );
    const wrong = Object.entries(sent.query).find(([name, text]) => {
      const schema = parameters.find((one) => one.in === 'query' && one.name === name)?.schema;
      const value = schema && checker.resolve(schema).type === 'integer' && /^\d+$/.test(text) ? Number(text) : text;
      return schema === undefined || checker.faultIn(value, schema) !== undefined;
    });
    const queryFault = wrong ?? (lacking && [lacking.name]);
    const schema = requestBody?.content['application/json'].schema;
    const bodyFault = schema && checker.faultIn(sent.body, schema);
    const isRefused = reply.status >= 400;
    if ((queryFault !== undefined || bodyFault !== undefined) && !isRefused) say(`took ${bodyFault ?? queryFault}`);
    if (queryFault === undefined && bodyFault === undefined && NOT_A_REQUEST.has(reply.body.code))
      say(`refused ${reply.body.field}`);
  };
  for (const [i, described] of operations.entries()) {
    // A vault that is open reads no share, whatever it is.
    if (described.operation.operationId === 'unseal') continue;
    const { parameters, requestBody } = described.operation;
    const pick = seeded(i + 1);
    const params: Record<string, string> = {};
    for (const { name = '', in: place, example, schema } of parameters) {
      if (place === 'path') params[name] = String(example ?? exampleOf(schema as Schema));
    }
    const json = requestBody?.content['application/json'];
    const bodies = json === undefined ? [undefined] : [json.example, ...variantsOf(json.schema)];
    for (const body of bodies) await call(described, { params, query: {}, body });
    for (let n = 0; n < MUTANTS && json !== undefined; n += 1) {
      await call(described, { params, query: {}, body: changed(bodies[n % bodies.length], pick) });
    }
    const queries = parameters.filter((one) => one.in === 'query').map(({ name = '' }) => name);
    for (const name of [...queries, 'undeclared']) {
      if (described.path.startsWith('/v1/') === false) continue;
      for (const text of ['1', '1e1', 'x'])
        if (described.path !== '/v1/unseal')
          await call(described, { params, query: { [name]: text }, body: bodies[0] });
    }
  }
  expect(faults).toEqual([]);
  expect(calls).toBeGreaterThan(500);
  expect(PURPOSES).toContain('billing');
});
