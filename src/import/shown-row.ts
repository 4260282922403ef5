/**
 * A refused row as the rejects file may hold it, if somebody asked for rows.
 *
 * Guarantees: it leaves out what the map drops; the fields that the map calls cards, security codes or passwords, with
 * all their parts; every property whose name has a word for sensitive authentication data (PCI DSS v4.0.1, 3.3.1); and
 * every text, number or name in which a card number could be read (3.5.1). If a field has another shape than the map
 * says, the row is not shown, because what must stay out could be anywhere in it.
 * Does not: recognise a PIN or a security code under an unusual name; keep the spelling of numbers.
 */
import { holdsNoCardNumber } from '../card-like.ts';
import { mayNameForbidden } from '../datatypes/authentication-data.ts';
import { holdsCardNumber } from '../datatypes/card-number.ts';
import { type Pointer, writePointer } from '../json-pointer.ts';
import { RowError } from './errors.ts';
import type { ImportMap } from './map.ts';
import { valueAt } from './pointer.ts';

/** Data types whose values may not be in a file that only says why a row was refused. */
const NEVER_SHOWN: ReadonlySet<string> = new Set(['card', 'cvc', 'password']);
const MAX_DEPTH = 64;

export interface ShownRow {
  readonly input: unknown;
  /** How many properties and elements were left out. */
  readonly withheld: number;
}

/** @returns undefined if what must stay out cannot be told from the rest */
export function shownRow(map: ImportMap, row: object): ShownRow | undefined {
  const pointers = hiddenPointers(map);
  try {
    for (const pointer of pointers) valueAt(row, pointer);
  } catch (error) {
    if (error instanceof RowError) return undefined;
    throw error;
  }
  return new Walk(new Set(pointers.map(writePointer))).show(row);
}

function hiddenPointers(map: ImportMap): Pointer[] {
  const ofFields = map.fields.flatMap((field): Pointer[] => {
    const sources = 'path' in field ? [field.path] : field.properties.map(([, source]) => source);
    if (NEVER_SHOWN.has(field.type)) return sources;
    return 'path' in field ? field.drop.map((name) => [...field.path, name]) : [];
  });
  return [...map.drop, ...ofFields];
}

const HIDDEN = Symbol('hidden');
class TooDeep extends Error {}

class Walk {
  readonly #hidden: ReadonlySet<string>;
  #withheld = 0;

  constructor(hidden: ReadonlySet<string>) {
    this.#hidden = hidden;
  }

  show(row: object): ShownRow | undefined {
    try {
      const input = this.#visible(row, []);
      return { input, withheld: this.#withheld };
    } catch (error) {
      if (error instanceof TooDeep) return undefined;
      throw error;
    }
  }

  #visible(value: unknown, at: Pointer): unknown {
    if (at.length > MAX_DEPTH) throw new TooDeep();
    if (this.#mustStayOut(value, at)) {
      this.#withheld++;
      return HIDDEN;
    }
    if (Array.isArray(value)) {
      const elements = value.map((element, i) => this.#visible(element, [...at, String(i)]));
      return elements.map((element) => (element === HIDDEN ? null : element));
    }
    if (typeof value !== 'object' || value === null) return value;
    const members = Object.entries(value).map(([name, member]) => [name, this.#visible(member, [...at, name])]);
    // Neither spread nor fromEntries sets a prototype: both define own properties.
    return Object.fromEntries(members.filter(([, member]) => member !== HIDDEN));
  }

  #mustStayOut(value: unknown, at: Pointer): boolean {
    const name = at.at(-1);
    if (name !== undefined && (mayNameForbidden(name) || couldShowACard(name))) return true;
    if (this.#hidden.has(writePointer(at))) return true;
    // The last digits of a longer whole number are no longer those that the row had.
    if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) return true;
    return (typeof value === 'string' || typeof value === 'number') && couldShowACard(String(value));
  }
}

/** Whether a card number can be read, also among other digits, and in the digits of every script. */
function couldShowACard(text: string): boolean {
  return holdsCardNumber(text) || !holdsNoCardNumber(text);
}
