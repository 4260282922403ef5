/**
 * The national numbers of persons that the vault knows: the kinds of each country, and the form and check of each kind.
 * The checks are stdnum's. Each is imported by itself, because the whole library takes three times as long to load.
 *
 * national-id-checks.ts has the checks that stdnum does not have. It also has those that in stdnum ask the clock
 * whether somebody has been born yet, because a data type has no clock. A new kind needs a row here and an example in
 * the test.
 */
import { validate as auTfn } from 'stdnum/lib/cjs/au/tfn.js';
import { validate as bgEgn } from 'stdnum/lib/cjs/bg/egn.js';
import { validate as brCpf } from 'stdnum/lib/cjs/br/cpf.js';
import { validate as caSin } from 'stdnum/lib/cjs/ca/sin.js';
import { validate as chAhv } from 'stdnum/lib/cjs/ch/ssn.js';
import { validate as cyTic } from 'stdnum/lib/cjs/cy/vat.js';
import { validate as deIdnr } from 'stdnum/lib/cjs/de/idnr.js';
import { validate as eeIk } from 'stdnum/lib/cjs/ee/ik.js';
import { validate as esDni } from 'stdnum/lib/cjs/es/dni.js';
import { validate as esNie } from 'stdnum/lib/cjs/es/nie.js';
import { validate as esNif } from 'stdnum/lib/cjs/es/nif.js';
import { validate as frNif } from 'stdnum/lib/cjs/fr/nif.js';
import { validate as frNir } from 'stdnum/lib/cjs/fr/nir.js';
import { validate as gbNino } from 'stdnum/lib/cjs/gb/nino.js';
import { validate as grAmka } from 'stdnum/lib/cjs/gr/amka.js';
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
import {
  austrian,
  belgian,
  birthNumber,
  type Check,
  cnp,
  cpr,
  curp,
  emso,
  fodselsnummer,
  hetuCheck,
  hungarianTaxId,
  idnrDigits,
  lithuanianDay,
  matricule,
  myNumber,
  personasKods,
  personnummerCheck,
  pesel,
  residentIdentity,
  singaporean,
  southAfrican,
} from './national-id-checks.ts';
import { hetu, personnummer, type Spelling } from './national-id-spellings.ts';
import { bare } from './normalise.ts';

type Validate = (number: string) => { readonly isValid: boolean };

export interface Kind {
  readonly name: string;
  /**
   * Checks a number in bare form. The kind's form is checked before, so that no check gets anything long or strange.
   */
  isValid(number: string): boolean;
  /** How many of its last characters a mask may show: at most a third, and none that tell birth or sex. */
  readonly shown: number;
  /** How many of its first characters tell persons apart; by default all. */
  readonly telling?: number;
  /** Makes the bare form of typed text, if that is more than letters and digits. */
  readonly bareOf?: Spelling;
}

export const MAX_TYPED = 64;
/** In this century, every day of a year of two digits has existed. */
const LEAP_CENTURY = new Date(Date.UTC(2000, 11, 31));

/** Zeros pass most sums, but are nobody's number. */
const ZEROS = /^0+$/;
const DIGITS_9 = /^\d{9}$/;
const DIGITS_10 = /^\d{10}$/;
const DIGITS_11 = /^\d{11}$/;
const DIGITS_12 = /^\d{12}$/;
const DIGITS_13 = /^\d{13}$/;
/** It has the states of Mexico, and NE for people born elsewhere. */
const CURP =
  /^[A-Z]{4}\d{6}[HMX](?:AS|B[CS]|C[CHLMS]|D[FG]|G[RT]|HG|JC|M[CNS]|N[ELT]|OC|PL|Q[RT]|S[LPR]|T[CLS]|VZ|YN|ZS)[A-Z]{3}[A-Z\d]\d$/;

/** No number has the form of two kinds of one country, so the number tells its kind. */
const KINDS: ReadonlyMap<string, readonly Kind[]> = new Map([
  // It ends with the day of birth.
  ['AT', [{ ...kind('vnr', DIGITS_10, austrian), shown: 0 }]],
  ['AU', [kind('tfn', DIGITS_9, auTfn)]],
  // The sex is before the two check digits. Twenty or forty is added to the month of people who were not resident.
  [
    'BE',
    [
      { ...kind('nn', /^\d\d(?:0\d|1[0-2])\d{7}$/, belgian), shown: 2 },
      { ...kind('bis', /^\d\d(?:[24]\d|[35][0-2])\d{7}$/, belgian), shown: 2 },
    ],
  ],
  // The sex is before the check digit.
  ['BG', [{ ...kind('egn', DIGITS_10, bgEgn), shown: 1 }]],
  // Eleven times the same digit passes the check, but is nobody's number.
  ['BR', [kind('cpf', /^(?!(\d)\1{10})\d{11}$/, brCpf)]],
  ['CA', [kind('sin', DIGITS_9, caSin)]],
  ['CH', [kind('ahv', DIGITS_13, chAhv)]],
  // The sex is before the check digit.
  ['CN', [{ ...kind('ric', /^\d{17}[\dX]$/, residentIdentity), shown: 1 }]],
  // Companies have other beginnings.
  ['CY', [kind('tic', /^0\d{7}[A-Z]$/, cyTic)]],
  ['CZ', [kind('rc', /^\d{9,10}$/, birthNumber)]],
  ['DE', [kind('idnr', DIGITS_11, deIdnr, idnrDigits)]],
  // Its last digit is the sex.
  ['DK', [{ ...kind('cpr', DIGITS_10, cpr), shown: 0 }]],
  // For people born before 2013, the place of birth is before the check digit.
  ['EE', [{ ...kind('ik', DIGITS_11, eeIk), shown: 1 }]],
  // The third is for children, for Spaniards abroad, and for foreigners without an NIE.
  [
    'ES',
    [
      kind('dni', /^\d{8}[A-Z]$/, esDni),
      kind('nie', /^[XYZ]\d{7}[A-Z]$/, esNie),
      kind('nif', /^[KLM]\d{7}[A-Z]$/, esNif),
    ],
  ],
  // The sex is before the check character.
  ['FI', [{ ...kind('hetu', /^\d{6}[-+A-FU-Y]\d{3}[\dA-Y]$/, hetuCheck), shown: 1, bareOf: hetu }]],
  ['FR', [kind('nir', /^\d{5}(?:\d\d|2[AB])\d{8}$/, frNir), kind('nif', DIGITS_13, frNif)]],
  // The suffix may be left out if it is not known. It does not tell people apart (HMRC, NIM39110).
  ['GB', [{ ...kind('nino', /^[A-Z]{2}\d{6}[A-D]?$/, gbNino), shown: 2, telling: 8 }]],
  // The sex is before the check digit.
  ['GR', [{ ...kind('amka', DIGITS_11, grAmka), shown: 1 }]],
  ['HK', [{ ...kind('hkid', /^[A-Z]{1,2}\d{6}[\dA]$/, hkId), shown: 2 }]],
  ['HR', [kind('oib', DIGITS_11, hrOib)]],
  ['HU', [kind('adoazonosito', /^8\d{9}$/, hungarianTaxId)]],
  ['IE', [{ ...kind('pps', /^\d{7}[A-Z]{1,2}$/, iePps), shown: 2 }]],
  ['IN', [kind('aadhaar', DIGITS_12, inAadhaar), kind('pan', /^[A-Z]{3}P[A-Z]\d{4}[A-Z]$/, inPan)]],
  // The place of birth is before the check letter.
  ['IT', [{ ...kind('codice_fiscale', /^[A-Z\d]{16}$/, itCf), shown: 1 }]],
  ['JP', [kind('my_number', DIGITS_12, myNumber)]],
  ['LT', [{ ...kind('asmens_kodas', DIGITS_11, eeIk, lithuanianDay), shown: 1 }]],
  ['LU', [{ ...kind('matricule', DIGITS_13, matricule), shown: 2 }]],
  ['LV', [kind('personas_kods', DIGITS_11, personasKods)]],
  // It ends with the year of birth and a letter for the place of birth. It has no check.
  ['MT', [{ ...kind('id_card', /^\d{7}[ABGHLMPZ]$/), shown: 0 }]],
  ['MX', [{ ...kind('curp', CURP, curp), shown: 1 }]],
  ['NL', [kind('bsn', DIGITS_9, nlBsn)]],
  // The sex is before the two check digits.
  ['NO', [{ ...kind('fodselsnummer', DIGITS_11, fodselsnummer), shown: 2 }]],
  // The sex is before the check digit.
  ['PL', [{ ...kind('pesel', DIGITS_11, pesel), shown: 1 }]],
  // Companies and estates have other beginnings; 45 is for people who live abroad.
  ['PT', [kind('nif', /^(?:[123]\d|45)\d{7}$/, ptNif)]],
  ['RO', [kind('cnp', DIGITS_13, cnp)]],
  // The sex is before the check digit.
  ['SE', [{ ...kind('personnummer', DIGITS_12, personnummerCheck), shown: 1, bareOf: personnummer }]],
  ['SG', [kind('nric', /^[STFGM]\d{7}[A-Z]$/, singaporean)]],
  // The sex is before the check digit.
  ['SI', [{ ...kind('emso', DIGITS_13, emso), shown: 1 }]],
  ['SK', [kind('rc', /^\d{9,10}$/, birthNumber)]],
  ['TH', [kind('pin', DIGITS_13, thId)]],
  ['TR', [kind('kimlik', DIGITS_11, trKimlik)]],
  ['US', [kind('ssn', DIGITS_9, usSsn)]],
  ['ZA', [{ ...kind('id_number', DIGITS_13, southAfrican), shown: 1 }]],
]);

/** The kinds of a country's numbers; empty for a country without kinds here. */
export function kindsOf(country: string): readonly Kind[] {
  return KINDS.get(country) ?? [];
}

/** The countries that have kinds, as codes of ISO 3166-1. */
export const COUNTRIES_WITH_KINDS: readonly string[] = [...KINDS.keys()];

/** A number in bare form, as this kind reads it. @returns undefined if the text is no number, or too long for one */
export function bareNumber(kind: Kind, typed: string, now: Date): string | undefined {
  if (typed.length > MAX_TYPED) return undefined;
  return kind.bareOf === undefined ? bare(typed, MAX_TYPED) : kind.bareOf(typed, now);
}

/** Whether some country could have given this number to a person, in any century. */
export function isSomeonesNumber(typed: string): boolean {
  const isOf = (kind: Kind) => {
    const number = bareNumber(kind, typed, LEAP_CENTURY);
    return number !== undefined && kind.isValid(number);
  };
  return KINDS.values().some((kinds) => kinds.some(isOf));
}

function kind(name: string, form: RegExp, ...checks: (Validate | Check)[]): Kind {
  const passes = (check: Validate | Check, number: string) => {
    const result = check(number);
    return typeof result === 'boolean' ? result : result.isValid;
  };
  const isValid = (number: string) =>
    form.test(number) && !ZEROS.test(number) && checks.every((check) => passes(check, number));
  return { name, isValid, shown: 3 };
}
