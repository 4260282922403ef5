/**
 * Every operation is declared once and forgotten nowhere: in the list of its area, in the rules of some role, with an
 * example that fits, in some test; and none runs for a caller whose role does not allow it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ROLES, rolesWith } from '../../src/access/roles.ts';
import { perform } from '../../src/calls/perform.ts';
import type { Operation } from '../../src/operations/operation.ts';
import { OPERATIONS, ROUTES } from '../../src/operations/operations.ts';
import { stage } from '../support/home.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const FOLDER = join(root, 'src/operations');
const DECLARES = /^export const (\w+) = (?:operation|commandOperation)\(\{\n {2}operationId: '(\w+)'/gm;

/** The files of the areas that declare something: `values/search`. */
const files = readdirSync(FOLDER, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap(({ name: area }) => readdirSync(join(FOLDER, area)).map((file) => `${area}/${file.replace(/\.ts$/, '')}`))
  .map((file) => ({ file, source: readFileSync(join(FOLDER, `${file}.ts`), 'utf8') }))
  .filter(({ source }) => source.includes("from '../operation.ts'"));

/** What each of them declares, and its name in code. */
const declared = files.flatMap(({ file, source }) =>
  [...source.matchAll(DECLARES)].map(([, name = '', operationId = '']) => ({ file, name, operationId })),
);

const tests = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && path !== 'house/operations.test.ts')
  .map((path) => readFileSync(join(root, 'test', path), 'utf8'));

test('a file declares one operation, its name first', () => {
  const notOne = files.filter(({ file }) => declared.filter((each) => each.file === file).length !== 1);
  expect(notOne.map(({ file }) => file)).toEqual([]);
});

test('each is in the list of its area', () => {
  const unlisted = declared.filter(
    ({ file, operationId }) =>
      !readFileSync(join(FOLDER, `${dirname(file)}.ts`), 'utf8').includes(`'./${file}.ts'`) ||
      !OPERATIONS.some((operation) => operation.operationId === operationId),
  );
  expect(unlisted.map(({ file }) => file)).toEqual([]);
  expect(OPERATIONS.length).toBe(declared.length);
});

test('none has the name, or the method and path, of another', () => {
  const names = OPERATIONS.map(({ operationId }) => operationId);
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  const places = ROUTES.map(({ method, path }) => `${method} ${path}`);
  expect(places.filter((place, i) => places.indexOf(place) !== i)).toEqual([]);
});

test('some role may do each', () => {
  const nobodys = OPERATIONS.filter(({ action }) => rolesWith([action]).length === 0);
  expect(nobodys.map(({ operationId, action }) => `${operationId}: ${action}`)).toEqual([]);
});

test('some test calls each, by its name in code or by its method and path', () => {
  const untested = declared.filter(({ file, name, operationId }) => {
    const byName = (source: string) =>
      source.includes(`operations/${file}.ts`) && new RegExp(`\\b${name}\\(`).test(source);
    const route = ROUTES.find((each) => each.operationId === operationId);
    return !tests.some((source) => byName(source) || (route !== undefined && callOf(route).test(source)));
  });
  expect(untested.map(({ file }) => file)).toEqual([]);
});

/** `call('get', '/v1/tokens/tok_…')`, with anything in the place of a parameter. */
function callOf({ method, path }: Operation): RegExp {
  const place = path.replaceAll(/\{\w+\}/g, '[^/\'"`]+').replaceAll('/', '\\/');
  return new RegExp(`'${method}',\\s*['"\`]${place}['"\`?]`);
}

describe.each(ROUTES.map((route) => [route.operationId, route] as const))('%s', (_, route) => {
  test('shows a request and a reply that fit its schemas', () => {
    const { body, reply, example } = route;
    expect(example.request !== undefined).toBe(body !== undefined);
    expect(body?.safeParse(example.request).error).toBeUndefined();
    expect(reply.safeParse(example.reply).error).toBeUndefined();
  });

  test('takes the parameters that its path names, and none by the name of another part of its request', () => {
    const [params, query, body] = [route.params, route.query, route.body].map(namesOf);
    expect(params).toEqual([...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
    const names = [params, query, body].flat();
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });
});

function namesOf(schema: z.ZodType | undefined): string[] {
  if (schema === undefined) return [];
  if (schema instanceof z.ZodUnion) return [...new Set((schema.options as z.ZodType[]).flatMap(namesOf))];
  if (!(schema instanceof z.ZodObject)) throw new TypeError('not an object');
  return Object.keys(schema.shape);
}

describe('for a role that may not', () => {
  const here = stage('sqlite');
  /** What any operation looks at before it performs anything. */
  const ANY = { newKey: Buffer.alloc(32, 7), items: [], tokens: [], stores: [], purpose: 'billing' };

  test.each(OPERATIONS.map((operation) => [operation.operationId, operation] as const))('%s', async (_, operation) => {
    const may = rolesWith([operation.action]);
    const mayNot = ROLES.filter((role) => !may.includes(role));
    // What everybody may do is refused to nobody.
    expect(mayNot.length > 0 || ['list_types', 'list_purposes', 'describe_caller'].includes(operation.action)).toBe(
      true,
    );
    for (const role of mayNot) {
      const caller = { ...(await here.as('app')), role };
      const call = operation as unknown as (...input: unknown[]) => Promise<unknown>;
      const refusal = await call(here.vault, caller, ANY).catch((error: Error) => error);
      expect(refusal).toMatchObject({ code: 'not_allowed' });
      // It says what is needed, and nothing but roles.
      const [needed = '', has = '', ...more] = (refusal as Error).message.split('. ');
      expect(ROLES.filter((each) => new RegExp(`\\b${each}\\b`).test(needed))).toEqual(may);
      expect([has, more]).toEqual([`This API key has the role ${role}.`, []]);
      const entry = (await here.entries()).at(-1);
      expect(entry).toMatchObject({
        ...{ principal: caller.principal, action: operation.action, outcome: 'refused', code: 'not_allowed' },
      });
    }
  });

  test('a work that decides nothing itself does not begin', async () => {
    const support = await here.as('support');
    let begun = 0;
    const forgetful = perform(here.vault, support, { action: 'erase' }, (door) => {
      begun += 1;
      return door.commit('shared', async () => ({ reply: 'erased', entry: {} }));
    });
    await expect(forgetful).rejects.toMatchObject({ code: 'not_allowed' });
    expect(begun).toBe(0);
  });
});
