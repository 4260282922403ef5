/** Checks a part of a request against its schema and says, in fixed words, which property is at fault. */
import type { z } from 'zod';
import { holdsNoCardNumber } from '../card-like.ts';
import { VaultError } from '../errors.ts';

/** A long number is no name; it may be a card's. */
const SAFE_NAME = /^(?!.*\d{5})[\w.-]{1,64}$/;
const UNSAID = 'This does not have the form it must have; /docs shows it.';

/** @throws `invalid_request` with `field` as a path such as `items/3/type` */
export function validate<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw issue === undefined ? new VaultError('invalid_request', 'The request is not valid.') : explain(nearest(issue));
}

/** Where there are several forms, what is wrong with the one that comes closest: that with the fewest faults. */
function nearest(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== 'invalid_union') return issue;
  const [[first] = []] = [...issue.errors].sort((one, other) => one.length - other.length);
  return first === undefined ? issue : nearest({ ...first, path: [...issue.path, ...first.path] });
}

function explain(issue: z.core.$ZodIssue): VaultError {
  const path = issue.path.map((part) => nameOf(String(part)));
  if (issue.code === 'unrecognized_keys') path.push(nameOf(issue.keys[0] ?? ''));
  const field = path.length === 0 ? undefined : path.join('/');
  return new VaultError('invalid_request', textOf(issue), { field });
}

/** The caller gets back a name that it made up only if the name is harmless. */
function nameOf(part: string): string {
  return SAFE_NAME.test(part) && holdsNoCardNumber(part) ? part : '*';
}

/** Zod's own texts are for programmers, and some repeat the input. */
function textOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'unrecognized_keys':
      return 'There is no property of this name here. Data that was not asked for is refused, not stored.';
    case 'invalid_type':
      return `This must be ${article(issue.expected)}.`;
    case 'too_small':
      return `This must have at least ${issue.minimum} ${unit(issue.origin)}.`.replace('  ', ' ');
    case 'too_big':
      return `This must have at most ${issue.maximum} ${unit(issue.origin)}.`.replace('  ', ' ');
    case 'invalid_value':
      return `This must be one of ${issue.values.map(String).join(', ')}.`;
    case 'invalid_union':
      return 'options' in issue && Array.isArray(issue.options)
        ? `This must be one of ${issue.options.map(String).join(', ')}.`
        : UNSAID;
    case 'custom':
      return `This ${issue.message}.`;
    default:
      return UNSAID;
  }
}

function article(expected: string): string {
  return /^[aeio]/.test(expected) ? `an ${expected}` : `a ${expected}`;
}

function unit(origin: string): string {
  return origin === 'string' ? 'characters' : origin === 'array' ? 'items' : '';
}
