/**
 * Examples of the problems an operation may answer, for the API's description. A test checks each against the schema.
 */
import { STATUS } from '../../problems/kinds.ts';
import { problemType } from '../problem.ts';

/** The usual place of the fault, for problems that name one. */
const FIELDS: Readonly<Record<string, string>> = {
  idempotency_key_reused: 'Idempotency-Key',
  invalid_request: 'type',
  invalid_value: 'value',
  invalid_token: 'token',
  not_searchable: 'type',
  option_not_offered: 'reuse',
  purpose_not_allowed: 'purpose',
  tenant_exists: 'name',
  not_confirmed: 'confirm',
  token_format_not_offered: 'format',
  token_taken: 'token',
  unknown_part: 'part',
  invalid_definition: 'pattern',
  low_entropy_index: 'distinct',
  type_base_fixed: 'base',
  too_many_types: 'name',
  too_many_versions: 'name',
  unknown_keep: 'keep',
  unknown_type: 'type',
};

/** The places above that are within an item, if a request has items. */
const OF_ITEMS: ReadonlySet<string> = new Set(['type', 'value', 'format', 'reuse', 'token']);

export function exampleProblem(
  operationId: string,
  problem: { code: string; title: string; status: number },
  publicUrl?: string,
): unknown {
  const { code, title, status } = problem;
  const field = FIELDS[code];
  const item = operationId === 'tokenize' && field !== undefined && OF_ITEMS.has(field) ? 'items/0/' : '';
  const place = field === undefined ? {} : { field: item + field };
  return {
    type: problemType(code, publicUrl),
    title,
    status,
    code,
    detail: title,
    ...place,
    ...(status === STATUS.invalid ? { errors: [{ ...place, code, detail: title }] } : {}),
    request: 'req_01m81j9hb4ezb8cjvmsyzynw8p',
  };
}
