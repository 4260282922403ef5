/**
 * The types of the client, made from the OpenAPI document: `npm run client` writes them to `src/client/api.ts`, and a
 * test compares that file with what would be written now. Problems and examples are left out: they are for people, and
 * are the larger part of the document.
 */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';
import ts from 'typescript';
import { openApi } from '../../src/http/openapi/openapi.ts';
import { PROBLEMS } from '../../src/problems/list.ts';

export const CLIENT_TYPES = new URL('../../src/client/api.ts', import.meta.url);

const HEADER = `// biome-ignore-all assist: generated
// biome-ignore-all format: generated
// biome-ignore-all lint: generated
/**
 * The API in types. Generated from the OpenAPI document by openapi-typescript: \`npm run client\`. Do not edit.
 */
`;

export async function clientTypes(): Promise<string> {
  const document = JSON.parse(JSON.stringify(openApi())) as never;
  const types = await openapiTS(withoutProse(document), { immutable: true, silent: true, transform: ownName });
  return HEADER + astToString(types) + problemCodes();
}

/** The document says that further codes may come, so its schema has them as text. An editor is to know today's. */
function problemCodes(): string {
  const codes = Object.keys(PROBLEMS).map((code) => `    | "${code}"`);
  return `/** The codes of problems that this version of the vault knows. */\nexport type ProblemCode =\n${codes.join('\n')};\n`;
}

/** A name of a tenant's own begins with `x_`; without this, every text would be one, and no type would be told by its name. */
function ownName(schema: object): ts.TypeNode | undefined {
  const { pattern } = schema as { readonly pattern?: unknown };
  if (typeof pattern !== 'string' || !pattern.startsWith('^x_')) return undefined;
  const rest = ts.factory.createKeywordTypeNode(ts.SyntaxKind.StringKeyword);
  const span = ts.factory.createTemplateLiteralTypeSpan(rest, ts.factory.createTemplateTail(''));
  return ts.factory.createTemplateLiteralType(ts.factory.createTemplateHead('x_'), [span]);
}

interface Document {
  paths: Record<string, Record<string, { responses: Record<string, unknown> }>>;
}

/** A discriminator would put names of schemas (`OwnTypeItem`) in the place of what `type` may be (`x_…`). */
const LEFT_OUT: ReadonlySet<string> = new Set(['example', 'discriminator']);

function withoutProse(document: Document): never {
  for (const operation of Object.values(document.paths).flatMap((path) => Object.values(path))) {
    const done = Object.entries(operation.responses).filter(
      // A 202 that refers to a problem says that a call waits: the client throws it.
      ([status, response]) => status.startsWith('2') && !('$ref' in Object(response)),
    );
    operation.responses = Object.fromEntries(done);
  }
  return JSON.parse(JSON.stringify(document, (key, value) => (LEFT_OUT.has(key) ? undefined : value))) as never;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(CLIENT_TYPES, await clientTypes());
