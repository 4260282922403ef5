/**
 * The problems of the API's description: for each status one response, which every operation that may answer so refers
 * to. An operation names the codes that are its own; those that any operation may have stand with the response.
 */
import { z } from 'zod';
import { STATUS } from '../../problems/kinds.ts';
import { PROBLEMS, type ProblemCode } from '../../problems/list.ts';
import { OF_STORES_AND_KEYS, problemType } from '../problem.ts';
import type { Schema } from './json-schemas.ts';

/** Problems that every operation may answer with. */
export const COMMON: readonly ProblemCode[] = [
  'malformed_request',
  'unauthenticated',
  'not_allowed',
  ...OF_STORES_AND_KEYS,
  'shutting_down',
  'overloaded',
];
export const WITH_INPUT: readonly ProblemCode[] = ['invalid_request'];
export const WITH_BODY: readonly ProblemCode[] = ['body_too_large', 'unsupported_media_type'];

const FaultSchema = z
  .strictObject({
    field: z.string().optional().describe('The place in the request, such as `items/3/value.number`.'),
    code: z.string().describe('What is wrong there, for programs: a code as of a problem.'),
    detail: z.string().describe('What is wrong there, for people.'),
  })
  .meta({ id: 'Fault', description: 'One of the things that are wrong with a request.' });

export const ProblemSchema = z
  .strictObject({
    type: z.string().describe('Where the problem is described.'),
    title: z.string().describe('What the code means.'),
    status: z.int().describe('The HTTP status.'),
    code: z
      .string()
      .describe('The problem, for programs; each is stable, and more may come.')
      .meta({ examples: ['invalid_request'] }),
    detail: z.string().describe('The problem, for people.'),
    field: z.string().optional().describe('The place in the request that is at fault, such as `items/3/value.number`.'),
    errors: z
      .array(FaultSchema)
      .optional()
      .describe('With a 422: all that is wrong, up to 100 faults. The first is also `code`, `detail` and `field`.'),
    approval: z
      .string()
      .optional()
      .describe('With `approval_needed`: what waits. Once others have approved it, send the same call again.'),
    request: z.string().describe('Id of the request, as in the log and the audit entry.'),
  })
  .meta({ id: 'Problem', description: 'What went wrong (RFC 9457).' });

const NAMES: Readonly<Record<number, string>> = {
  202: 'Waiting',
  400: 'Malformed',
  401: 'Unauthenticated',
  403: 'Refused',
  404: 'NotFound',
  405: 'UnsupportedMethod',
  409: 'Conflict',
  410: 'Gone',
  413: 'TooLarge',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  429: 'TooMany',
  500: 'Failed',
  503: 'Unavailable',
};

/** The place that a problem's example blames. */
const FIELDS: Readonly<Record<number, string>> = { 422: 'items/0/type' };

/** One response for each status, and one for what a later version may answer. */
export function problemResponses(publicUrl: string | undefined): Record<string, Schema> {
  const codes = Object.keys(PROBLEMS) as ProblemCode[];
  const named = Object.entries(NAMES).map(([status, name]) => {
    const these = codes.filter((code) => STATUS[PROBLEMS[code].kind] === Number(status));
    const told = these.map((code) => `- \`${code}\`: ${PROBLEMS[code].title}`).join('\n');
    const code = these.find((one) => COMMON.includes(one) || WITH_INPUT.includes(one)) ?? (these[0] as ProblemCode);
    const waits = status === '503' || status === '429';
    return [name, response(told, example(code, Number(status), publicUrl), waits)];
  });
  const later = response('Any other problem, of a later version.', example('internal_error', 500, publicUrl), false);
  return { ...Object.fromEntries(named), Problem: later };
}

/** What an operation may answer besides its reply. */
export function referencesTo(codes: Iterable<ProblemCode>): Record<string, Schema> {
  const statuses = new Set([...codes].map((code) => STATUS[PROBLEMS[code].kind]));
  return {
    ...Object.fromEntries([...statuses].map((status) => [status, { $ref: `#/components/responses/${NAMES[status]}` }])),
    default: { $ref: '#/components/responses/Problem' },
  };
}

function response(description: string, shown: Schema, waits: boolean): Schema {
  return {
    description,
    headers: {
      'X-Request-Id': { $ref: '#/components/headers/RequestId' },
      ...(waits ? { 'Retry-After': { $ref: '#/components/headers/RetryAfter' } } : {}),
    },
    content: {
      'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' }, example: shown },
    },
  };
}

function example(code: ProblemCode, status: number, publicUrl: string | undefined): Schema {
  const { title } = PROBLEMS[code];
  const field = FIELDS[status];
  return {
    type: problemType(code, publicUrl),
    title,
    status,
    code,
    detail: title,
    ...(field === undefined ? {} : { field, errors: [{ field, code, detail: title }] }),
    request: 'req_01m81j9hb4ezb8cjvmsyzynw8p',
  };
}
