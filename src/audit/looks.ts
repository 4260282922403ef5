/**
 * What a call looked at, or was refused a look at: of which data type, in which view, of whose values. It lies in the
 * call's own audit entry, so it costs no statement.
 *
 *   looks      `email,plain,,2,3,0;phone,,masked,1,1,0`   for each group: type, view shown, view asked for, how many
 *              subjects and values, and how many of the values are nobody's
 *   subjects   the subjects of all groups, one after another
 *
 * No view shown: the rules refused it. No view asked for: the widest. `?`: a view that the type does not have, since a
 * word of the caller's own is not kept.
 *
 * Guarantees: ids and closed words only. An entry that was altered reads as one that does not say.
 */
import { isId, type SubjectId } from '../ids.ts';

export interface Look {
  readonly type: string;
  /** As shown; absent: refused by the rules. */
  readonly view?: string | undefined;
  /** As asked for; absent: the widest that the caller may see. */
  readonly asked?: string | undefined;
  /** Each once. */
  readonly subjects: readonly SubjectId[];
  /** How many values. */
  readonly values: number;
  /** How many of them are of nobody whom the vault knows. */
  readonly unnamed: number;
}

/** A look at one value. */
export interface OneLook {
  readonly type: { readonly name: string; readonly views: object };
  readonly view?: string | undefined;
  readonly asked?: string | undefined;
  readonly subject: string | null | undefined;
}

const OTHER = '?';
const FIELD = /^(?:[a-z0-9_]+|\?)?$/;
const FIELDS = 6;

interface Group {
  readonly look: Pick<Look, 'type' | 'view' | 'asked'>;
  readonly whose: Set<string>;
  values: number;
  unnamed: number;
}

/** Gathers looks at single values, as many as a call has, in groups. */
export class Looks {
  readonly #groups = new Map<string, Group>();

  add({ type: { name, views }, view, asked, subject }: OneLook): void {
    const known = asked === undefined || asked === 'plain' || Object.hasOwn(views, asked) ? asked : OTHER;
    const place = `${name},${view ?? ''},${known ?? ''}`;
    const made = () => ({ look: { type: name, view, asked: known }, whose: new Set<string>(), values: 0, unnamed: 0 });
    const group = this.#groups.get(place) ?? made();
    this.#groups.set(place, group);
    group.values += 1;
    if (subject == null) group.unnamed += 1;
    else group.whose.add(subject);
  }

  all(): Look[] {
    return [...this.#groups.values()].map(({ look, values, unnamed, whose }) => ({
      ...{ ...look, values, unnamed },
      subjects: [...whose] as SubjectId[],
    }));
  }
}

/** As an entry has them. */
interface Kept {
  readonly looks: string | null;
  readonly subjects: readonly string[] | null;
}

/** A look that was refused before it was known whose value it would have been. */
export function refusedLook(type: { readonly name: string; readonly views: readonly string[] }, asked?: string): Look {
  const isKnown = asked === undefined || asked === 'plain' || type.views.includes(asked);
  return { type: type.name, asked: isKnown ? asked : OTHER, subjects: [], values: 1, unnamed: 0 };
}

export function keptLooks(looks: readonly Look[] = []): Kept {
  if (looks.length === 0) return { looks: null, subjects: null };
  const groups = looks.map(({ type, view = '', asked = '', subjects, values, unnamed }) =>
    [type, view, asked, subjects.length, values, unnamed].join(','),
  );
  return { looks: groups.join(';'), subjects: looks.flatMap(({ subjects }) => subjects) };
}

/** @returns undefined for an entry that does not say, or says what the vault never wrote */
export function looksOf({ looks: text, subjects }: Kept): readonly Look[] | undefined {
  if (text === null || subjects === null || !subjects.every((id) => isId('subject', id))) return undefined;
  const looks: Look[] = [];
  let at = 0;
  for (const group of text.split(';')) {
    const fields = group.split(',');
    const [type = '', view = '', asked = ''] = fields;
    const [people, values, unnamed] = fields.slice(3).map(Number);
    if (fields.length !== FIELDS || type === '' || ![type, view, asked].every((field) => FIELD.test(field))) return;
    if (!isCount(people) || !isCount(values) || !isCount(unnamed) || people + unnamed > values) return;
    const of = subjects.slice(at, at + people) as SubjectId[];
    at += people;
    looks.push({ type, ...(view && { view }), ...(asked && { asked }), subjects: of, values, unnamed });
  }
  return at === subjects.length ? looks : undefined;
}

function isCount(number: number | undefined): number is number {
  return number !== undefined && Number.isSafeInteger(number) && number >= 0;
}
