/**
 * The API's description as generators of other languages read it: rules of our own, as strict as the strictest of them
 * (Java). Each was broken once, and a client was then wrong in silence or did not compile.
 */
import { expect, test } from 'vitest';
import { dataTypes } from '../../src/datatypes/registry.ts';
import { openApi } from '../../src/http/openapi/openapi.ts';
import { OrderBackupBody } from '../../src/jobs/schema.ts';
import { DetokenizeBody } from '../../src/operations/values/revealed-schema.ts';
import { Checker, type Schema } from './json-schema.ts';

interface Document {
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Record<string, Record<string, Schema & { operationId: string; responses: Record<string, Schema> }>>;
  readonly components: { readonly schemas: Record<string, Schema>; readonly parameters: Record<string, Schema> };
}
const document = openApi() as unknown as Document;
const { schemas } = document.components;
const checker = new Checker(schemas);
const operations = Object.values(document.paths).flatMap((path) => Object.values(path));

const TOKEN = 'tok_15v7chfy5rbwh743f6rhsh75q92zc29m';

/** Values that only the app, the record or the tenant's own declaration knows. */
const OPEN = /^(OwnTypeItem|DocumentItem|RevealedJson|CorrectRecordBody|MatchToken|MatchSubject)\/properties\/value$/;
/** JSON Schemas and examples of a catalogue of types: they are themselves about any JSON. */
const OF_CATALOGUE = /^(DataType|SearchPart|ComparedPart|Declare(d)?DocumentType)\/properties\/(input|examples)\b/;
/** Sets that are closed by promise, or words of a request, where a new one is a new release's. */
const CLOSED = new Set(
  (
    'CertificateState ErasureState JobState KeyState Outcome Action Effect Sight Weekday ' +
    'Choice GrantApproval GrantState Means Subjects ' +
    'Category EventName IgnoringStep LegalBasis NormalisingStep OwnTokenFormat Spread StoreName TokenFormat'
  ).split(' '),
);

type Seen = { readonly at: string; readonly schema: Schema; readonly isNamed: boolean; readonly isTag: boolean };

/** Every schema of the document, with its place. What `not` excludes is for checkers alone. */
function* all(): Generator<Seen> {
  for (const [name, schema] of Object.entries(schemas)) yield* within(schema, name, true);
  for (const { operationId, parameters } of operations) {
    for (const parameter of (parameters as Schema[] | undefined) ?? []) {
      if (parameter.schema !== undefined)
        yield* within(parameter.schema as Schema, `${operationId}?${parameter.name}`, false);
    }
  }
}

function* within(schema: Schema, at: string, isNamed: boolean, isTag = false): Generator<Seen> {
  yield { at, schema, isNamed, isTag };
  for (const [name, property] of Object.entries((schema.properties as Record<string, Schema>) ?? {})) {
    const { enum: words } = property;
    yield* within(property, `${at}/properties/${name}`, false, Array.isArray(words) && words.length === 1);
  }
  for (const key of ['items', 'additionalProperties', 'oneOf', 'anyOf', 'allOf'] as const) {
    for (const [i, part] of [schema[key] ?? []].flat().entries()) {
      if (typeof part === 'object') yield* within(part as Schema, `${at}/${key}/${i}`, false);
    }
  }
}

const found = (wrong: (seen: Seen) => boolean) => [...all()].filter(wrong).map(({ at }) => at);

test('a union says by which property its variants are told apart, or they are of different kinds', () => {
  expect(found(({ schema }) => 'anyOf' in schema || 'allOf' in schema || 'const' in schema)).toEqual([]);
  const unclear = found(({ schema }) => {
    const { oneOf, discriminator } = schema as { oneOf?: Schema[]; discriminator?: { mapping: object } };
    if (oneOf === undefined) return false;
    const variants = oneOf.map((variant) => checker.resolve(variant));
    if (discriminator !== undefined) return variants.some(({ type }) => type !== 'object');
    if (variants.some(({ type }) => type === undefined)) return true;
    const kinds = new Set(variants.map(({ type }) => type));
    if (kinds.size === variants.length) return false;
    // Objects, each with a required property that no other has.
    return variants.some(
      ({ required = [] }, i) =>
        !(required as string[]).some((name) =>
          variants.every(({ properties }, k) => k === i || !Object.hasOwn(properties as object, name)),
        ),
    );
  });
  expect(unclear).toEqual([]);
});

test('a tag has one word in each variant, and its table leads there; only names of one’s own are in no table', () => {
  for (const [name, schema] of Object.entries(schemas)) {
    const { oneOf = [], discriminator } = schema as {
      oneOf?: Schema[];
      discriminator?: { propertyName: string; mapping: Record<string, string> };
    };
    if (discriminator === undefined) continue;
    const { propertyName, mapping } = discriminator;
    for (const variant of oneOf) {
      const { properties, required } = checker.resolve(variant) as {
        properties: Record<string, Schema>;
        required: string[];
      };
      expect([name, variant.$ref, required]).toEqual([name, variant.$ref, expect.arrayContaining([propertyName])]);
      const words = checker.resolve(properties[propertyName] as Schema).enum as string[] | undefined;
      if (words === undefined) expect(properties[propertyName]?.pattern).toMatch(/^\^x_/);
      for (const word of words ?? []) expect([name, mapping[word]]).toEqual([name, variant.$ref]);
    }
  }
});

test('objects of unions, unions and enums have names; no name stands twice for the same', () => {
  const isInline = ({ schema, isNamed, isTag }: Seen) => !isNamed && !isTag && ('oneOf' in schema || 'enum' in schema);
  expect(found(isInline)).toEqual([]);
  expect(found(({ at, schema }) => /\/oneOf\/\d+$/.test(at) && schema.properties !== undefined)).toEqual([]);
  const said = Object.entries(schemas).map(([name, { description: _, examples: __, ...shape }]) => [
    JSON.stringify(shape),
    name,
  ]);
  const twins = Object.values(Object.groupBy(said, ([shape]) => shape as string))
    .map((same) => same?.map(([, name]) => name as string) ?? [])
    .filter((names) => names.length > 1 && /Reply$/.test(names.join()));
  expect(twins).toEqual([]);
});

test('what generators make types of is no enum of truth values, nor do two of their types have one name', () => {
  expect(found(({ schema }) => 'enum' in schema && schema.type !== 'string')).toEqual([]);
  // What `not` excludes is made a type of, too.
  expect(JSON.stringify(schemas)).not.toMatch(/"(enum|const)":\[?true/);
  const { components } = openApi() as { components: { securitySchemes: object } };
  const named = [...Object.keys(schemas), ...Object.keys(components.securitySchemes)].map((name) => name.toLowerCase());
  expect(named.filter((name, i) => named.indexOf(name) !== i)).toEqual([]);
});

test('a list that a request need not have may be empty, as clients for Java send one that was not set', () => {
  const lists = Object.entries(schemas).flatMap(([name, { properties = {}, required = [] }]) =>
    Object.entries(properties as Record<string, Schema>)
      .filter(([property, { type }]) => type === 'array' && !(required as string[]).includes(property))
      .map(([property, { minItems }]) => [name, property, minItems] as const),
  );
  expect(lists.filter(([name, , minItems]) => /Body$/.test(name) && minItems !== undefined)).toEqual([]);
  // An empty list of these takes all purposes away. One that may be null is left out where it was not set.
  expect(schemas.ChangePrincipalBody).toMatchObject({ properties: { purposes: { type: ['array', 'null'] } } });
  expect(
    DetokenizeBody.parse({ tokens: [TOKEN], purpose: 'billing', view: 'masked', views: [] }).views,
  ).toBeUndefined();
  expect(OrderBackupBody.parse({ stores: [] }).stores).toEqual(['records', 'keys']);
});

test('a set of words is closed only where that is promised', () => {
  const open = found(({ at, schema, isTag }) => 'enum' in schema && !isTag && !CLOSED.has(at));
  expect(open).toEqual([]);
  expect([...CLOSED].filter((name) => schemas[name]?.enum === undefined)).toEqual([]);
});

test('no value is without a type, but those that only the app knows', () => {
  const untyped = found(
    ({ at, schema }) =>
      schema.$ref === undefined &&
      schema.type === undefined &&
      schema.oneOf === undefined &&
      !OF_CATALOGUE.test(at) &&
      !OPEN.test(at),
  );
  expect(untyped).toEqual([]);
});

test('every data type is described: what is sent, and what comes back', () => {
  const { oneOf, discriminator } = schemas.TokenizeItem as {
    oneOf: Schema[];
    discriminator: { mapping: Record<string, string> };
  };
  expect(Object.keys(discriminator.mapping)).toEqual(dataTypes().map(({ name }) => name));
  expect(oneOf).toHaveLength(dataTypes().length + 1);
  const context = { now: new Date('2026-11-22T12:00:00.000Z') };
  for (const type of dataTypes()) {
    for (const value of type.examples) {
      expect([
        type.name,
        checker.faultIn({ type: type.name, value }, { $ref: '#/components/schemas/TokenizeItem' }),
      ]).toEqual([type.name, undefined]);
      if (type.plain === undefined || type.plain === 'json') continue;
      const shown = {
        token: 'tok_x',
        form: type.name,
        type: type.name,
        view: 'plain',
        value: type.parse(value, context),
      };
      expect([type.name, checker.faultIn(shown, { $ref: '#/components/schemas/Revealed' })]).toEqual([
        type.name,
        undefined,
      ]);
    }
  }
});

test('an error reply is one of the components, and so is what it may be later; every operation says its roles', () => {
  for (const { operationId, responses, security } of operations) {
    const errors = Object.entries(responses).filter(
      ([status]) => !status.startsWith('2') && operationId !== 'getReadiness',
    );
    for (const [status, { $ref }] of errors) {
      expect([operationId, status, $ref]).toEqual([
        operationId,
        status,
        expect.stringMatching(/^#\/components\/responses\//),
      ]);
    }
    if (operationId !== 'getReadiness') expect([operationId, 'default' in responses]).toEqual([operationId, true]);
    const [needs] = security as { bearer?: string[] }[];
    expect([operationId, needs === undefined || (needs.bearer?.length ?? 0) > 0]).toEqual([operationId, true]);
  }
});

test('the server has an address, lists have one style of pages, and no call is given another’s idempotency key', () => {
  expect(document.servers.map(({ url }) => URL.canParse(url))).toEqual([true]);
  expect(document.components.parameters.IdempotencyKey).not.toHaveProperty('example');
  expect(JSON.stringify(schemas)).not.toMatch(/"(more|before)":\{/);
  const pages = Object.entries(schemas).filter(([, { properties }]) => Object.hasOwn(properties ?? {}, 'next'));
  expect(pages.map(([name]) => name)).toHaveLength(13);
  // A generator, and a person, should get through it.
  expect(Buffer.byteLength(JSON.stringify(document)) / operations.length).toBeLessThan(4_500);
});
