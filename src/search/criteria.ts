/**
 * What a search asks for: a value of a type, or a part of one, in the compared forms under which it may be indexed, and
 * the comparison that decides once a candidate has been opened.
 */
import type { TenantType } from '../catalogue/catalogue.ts';
import { type DataType, type Json, type ParseContext, partOf } from '../datatypes/datatype.ts';
import { VaultError } from '../errors.ts';
import type { Form } from './blind-index.ts';

export interface Criterion {
  /** The type as the tenant has it now. */
  readonly type: DataType;
  /** Absent: the whole value. */
  readonly part: string | undefined;
  /** What the views show of the value asked for, if those who know that are left with few values; absent for a part. */
  readonly shown: readonly string[] | undefined;
  readonly forms: readonly Form[];
  /** Whether a stored value is what is asked for. @param type the type that it was stored under */
  matches(type: DataType, value: Json): boolean;
}

/**
 * @param query `value` is a whole value of the type, or what its part takes
 * @throws `not_searchable`, `unknown_part` @throws {InvalidValueError}
 */
export function criterionOf(
  { type, earlier }: TenantType,
  query: { readonly part?: string | undefined; readonly value?: unknown },
  context: ParseContext,
): Criterion {
  const { part, value } = query;
  assertTakesCountry(type, context);
  if (part === undefined && !isSearchable(type)) throw new VaultError('not_searchable');
  if (part !== undefined && !Object.hasOwn(type.parts ?? {}, part)) throw otherPart('found', type.parts);
  const whole = part === undefined ? type.parse(value, context) : undefined;
  const formsUnder = (one: DataType) =>
    part === undefined ? wholeForms(one, one.parse(value, context)) : partForms(one, value, context, part);
  const forms = [
    ...(whole === undefined ? formsUnder(type) : wholeForms(type, whole)),
    ...earlier.flatMap((one) => accepted(() => formsUnder(one))),
  ];
  const textOf = (of: DataType, stored: Json) =>
    part === undefined ? of.canonical(stored) : of.parts?.[part]?.of(stored);
  const shown = whole === undefined ? undefined : type.guessable?.shown(whole);
  return {
    ...{ type, part, shown, forms },
    matches: (of, stored) =>
      forms.some(({ typeVersion, text }) => typeVersion === of.version && text === textOf(of, stored)),
  };
}

/** @throws `option_not_offered` where a country is stated for a type that has no national form */
export function assertTakesCountry({ national }: DataType, { country }: ParseContext): void {
  if (country === undefined || national) return;
  throw new VaultError('option_not_offered', 'Values of this data type have no national form.', { field: 'country' });
}

/**
 * Compares stored values with what somebody says of them: a whole value, or a part of one.
 * @throws `unknown_part`, `option_not_offered` @throws {InvalidValueError}
 */
export function comparisonWith(
  { type }: TenantType,
  query: { readonly part?: string | undefined; readonly value?: unknown },
  context: ParseContext,
): Criterion['matches'] {
  const { part, value } = query;
  assertTakesCountry(type, context);
  if (part !== undefined && partOf(type, part) === undefined) {
    throw otherPart('compared', { ...type.parts, ...type.compared });
  }
  const saidUnder = (of: DataType): (string | undefined)[] => {
    if (part !== undefined) return [partOf(of, part)?.parse(value, context)];
    const whole = of.parse(value, context);
    return [whole, ...Object.values(of.keeps ?? {}).map(({ cut }) => cut(whole))].map(of.canonical);
  };
  saidUnder(type);
  return (of, stored) => {
    const text = part === undefined ? of.canonical(stored) : partOf(of, part)?.of(stored);
    return text !== undefined && accepted(() => saidUnder(of)).includes(text);
  };
}

/** Names the parts that would do: the caller may list them as well. */
function otherPart(how: 'found' | 'compared', parts: object = {}): VaultError {
  const names = Object.keys(parts);
  const by = names.length === 0 ? 'no part' : names.join(', ');
  return new VaultError('unknown_part', `Values of this data type are not ${how} by that part. They are by: ${by}.`);
}

/** Whether values are found as a whole, in any form in which a tenant may keep them. */
function isSearchable({ spread, keeps = {} }: DataType): boolean {
  return spread !== 'none' || Object.values(keeps).some((keep) => keep.spread !== 'none');
}

/** The whole value, and each lesser form in which a tenant may keep it, now or before. */
function wholeForms(type: DataType, value: Json): Form[] {
  const { name, version: typeVersion, spread } = type;
  const whole = spread === 'none' ? [] : [{ name, typeVersion, spread, text: type.canonical(value) }];
  const lesser = Object.entries(type.keeps ?? {}).flatMap(([keep, { spread, cut }]) =>
    spread === 'none' ? [] : [{ name: `${name}:${keep}`, typeVersion, spread, text: type.canonical(cut(value)) }],
  );
  return [...whole, ...lesser];
}

function partForms(type: DataType, input: unknown, context: ParseContext, part: string): Form[] {
  const of = type.parts?.[part];
  if (of === undefined) return [];
  const text = of.parse(input, context);
  return [{ name: `${type.name}.${part}`, typeVersion: type.version, spread: of.spread, text }];
}

/** An earlier version of a type may refuse what this one accepts: then nothing of it was stored under that version. */
function accepted<T>(forms: () => T[]): T[] {
  try {
    return forms();
  } catch (error) {
    if (error instanceof VaultError && error.kind === 'invalid') return [];
    throw error;
  }
}
