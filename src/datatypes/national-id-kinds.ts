/**
 * The national numbers of persons that the vault knows: of each country its kinds, and of each kind its form and its
 * check. The checks are stdnum's, each imported by itself, for the whole library takes three times as long to load.
 *
 * Left out are the numbers whose check in stdnum asks the clock whether somebody has been born yet (those of Austria,
 * Belgium, Norway, South Africa and others): a data type has no clock. PESEL is checked here for that
 * reason, My Number because stdnum has it not. Added when needed: a row here, an example in the test.
 */
import { validate as auTfn } from 'stdnum/lib/cjs/au/tfn.js';
import { validate as brCpf } from 'stdnum/lib/cjs/br/cpf.js';
import { validate as caSin } from 'stdnum/lib/cjs/ca/sin.js';
import { validate as chAhv } from 'stdnum/lib/cjs/ch/ssn.js';
import { validate as deIdnr } from 'stdnum/lib/cjs/de/idnr.js';
import { validate as esDni } from 'stdnum/lib/cjs/es/dni.js';
import { validate as esNie } from 'stdnum/lib/cjs/es/nie.js';
import { validate as frNif } from 'stdnum/lib/cjs/fr/nif.js';
import { validate as frNir } from 'stdnum/lib/cjs/fr/nir.js';
import { validate as gbNino } from 'stdnum/lib/cjs/gb/nino.js';
import { validate as hkId } from 'stdnum/lib/cjs/hk/hkid.js';
import { validate as hrOib } from 'stdnum/lib/cjs/hr/oib.js';
import { validate as iePps } from 'stdnum/lib/cjs/ie/pps.js';
import { validate as inAadhaar } from 'stdnum/lib/cjs/in/aadhaar.js';
import { validate as inPan } from 'stdnum/lib/cjs/in/pan.js';
import { validate as itCf } from 'stdnum/lib/cjs/it/codicefiscale.js';
import { validate as nlBsn } from 'stdnum/lib/cjs/nl/bsn.js';
import { validate as ptNif } from 'stdnum/lib/cjs/pt/nif.js';
import { validate as thId } from 'stdnum/lib/cjs/th/idnr.js';
import { validate as trKimlik } from 'stdnum/lib/cjs/tr/tckimlik.js';
import { validate as usSsn } from 'stdnum/lib/cjs/us/ssn.js';

type Validate = (number: string) => { readonly isValid: boolean };

export interface Kind {
  readonly name: string;
  /** Of a number in bare form. The kind's form is asked first, so that no check is given anything long or strange. */
  isValid(number: string): boolean;
  /** How many of its last characters a mask may show: at most a third, and none that tell of birth or sex. */
  readonly shown: number;
  /** How many of its first characters tell persons apart; all if absent. */
  readonly telling?: number;
}

/** Passes most sums, and is nobody's number. */
const ZEROS = /^0+$/;
const DIGITS_9 = /^\d{9}$/;
const DIGITS_11 = /^\d{11}$/;
const DIGITS_12 = /^\d{12}$/;
const DIGITS_13 = /^\d{13}$/;

/** No number has the form of two kinds of one country, so a number tells its kind. */
const KINDS: ReadonlyMap<string, readonly Kind[]> = new Map([
  ['AU', [kind('tfn', DIGITS_9, auTfn)]],
  // One digit eleven times passes the check, and is nobody's.
  ['BR', [kind('cpf', /^(?!(\d)\1{10})\d{11}$/, brCpf)]],
  ['CA', [kind('sin', DIGITS_9, caSin)]],
  ['CH', [kind('ahv', DIGITS_13, chAhv)]],
  ['DE', [kind('idnr', DIGITS_11, deIdnr)]],
  ['ES', [kind('dni', /^\d{8}[A-Z]$/, esDni), kind('nie', /^[XYZ]\d{7}[A-Z]$/, esNie)]],
  ['FR', [kind('nir', /^\d{5}(?:\d\d|2[AB])\d{8}$/, frNir), kind('nif', DIGITS_13, frNif)]],
  // The suffix may be left out where it is not known, and tells nobody apart (HMRC, NIM39110).
  ['GB', [{ ...kind('nino', /^[A-Z]{2}\d{6}[A-D]?$/, gbNino), shown: 2, telling: 8 }]],
  ['HK', [{ ...kind('hkid', /^[A-Z]{1,2}\d{6}[\dA]$/, hkId), shown: 2 }]],
  ['HR', [kind('oib', DIGITS_11, hrOib)]],
  ['IE', [{ ...kind('pps', /^\d{7}[A-Z]{1,2}$/, iePps), shown: 2 }]],
  ['IN', [kind('aadhaar', DIGITS_12, inAadhaar), kind('pan', /^[A-Z]{3}P[A-Z]\d{4}[A-Z]$/, inPan)]],
  // Before its check letter stands the place of birth.
  ['IT', [{ ...kind('codice_fiscale', /^[A-Z\d]{16}$/, itCf), shown: 1 }]],
  ['JP', [kind('my_number', DIGITS_12, myNumber)]],
  ['NL', [kind('bsn', DIGITS_9, nlBsn)]],
  // Before its check digit stands the sex.
  ['PL', [{ ...kind('pesel', DIGITS_11, pesel), shown: 1 }]],
  // Other beginnings are those of companies and estates; 45 is people who live abroad.
  ['PT', [kind('nif', /^(?:[123]\d|45)\d{7}$/, ptNif)]],
  ['TH', [kind('pin', DIGITS_13, thId)]],
  ['TR', [kind('kimlik', DIGITS_11, trKimlik)]],
  ['US', [kind('ssn', DIGITS_9, usSsn)]],
]);

/** The kinds of a country's numbers; empty of a country that has none here. */
export function kindsOf(country: string): readonly Kind[] {
  return KINDS.get(country) ?? [];
}

/** The countries that have kinds, as codes of ISO 3166-1. */
export const COUNTRIES_WITH_KINDS: readonly string[] = [...KINDS.keys()];

/** Whether some country could have given this number to a person. */
export function isSomeonesNumber(number: string): boolean {
  return KINDS.values().some((kinds) => kinds.some((one) => one.isValid(number)));
}

function kind(name: string, form: RegExp, validate: Validate): Kind {
  return { name, isValid: (number) => form.test(number) && !ZEROS.test(number) && validate(number).isValid, shown: 3 };
}

/** Japan: the ministerial ordinance on My Number (2014, no. 85), article 5. */
function myNumber(number: string): { isValid: boolean } {
  let sum = 0;
  for (let place = 1; place <= 11; place++) sum += Number(number[11 - place]) * (place <= 6 ? place + 1 : place - 5);
  const rest = sum % 11;
  return { isValid: Number(number[11]) === (rest <= 1 ? 0 : 11 - rest) };
}

/** Poland: a date of birth with the century in its month, four digits more, and the check digit (weights 1, 3, 7, 9). */
function pesel(number: string): { isValid: boolean } {
  const weights = [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1];
  let sum = 0;
  for (const [place, weight] of weights.entries()) sum += Number(number[place]) * weight;
  const month = Number(number.slice(2, 4)) % 20;
  const year = [1900, 2000, 2100, 2200, 1800][Math.floor(Number(number.slice(2, 4)) / 20)] ?? 0;
  const day = new Date(Date.UTC(year + Number(number.slice(0, 2)), month - 1, Number(number.slice(4, 6))));
  return {
    isValid: sum % 10 === 0 && day.getUTCMonth() === month - 1 && day.getUTCDate() === Number(number.slice(4, 6)),
  };
}
