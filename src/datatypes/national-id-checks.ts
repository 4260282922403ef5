/**
 * Checks of national numbers that stdnum does not have; that it has differently from the register; or that ask the
 * clock whether somebody has been born yet, because a data type has no clock. Each is asked only about a number that
 * has the form of its kind.
 */
import { luhnSum } from '../card-like.ts';

export type Check = (number: string) => boolean;

const CURP_SIGNS = '0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ';

/** Austria: three digits, a check digit, and a day of birth, whose month goes up to 15 for days that ran out. */
export const austrian: Check = (number) => {
  const [day, month, year] = numbers(number, [4, 6], [6, 8], [8, 10]);
  const isBirthday = month > 12 && month <= 15 ? day >= 1 && day <= 31 : isDayOfSomeYear(year, month, day);
  return isBirthday && sum(number, [3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) % 11 === Number(number[3]);
};

/** Belgium: month and day may be unknown (00); for births from 2000 on, the check, modulo 97, puts a 2 in front. */
export const belgian: Check = (number) => {
  const [year, month, day] = numbers(number, [0, 2], [2, 4], [4, 6]);
  const isKnown = month % 20 !== 0 && day !== 0;
  if (isKnown && !isDayOfSomeYear(year, month % 20, day)) return false;
  const [front, check] = [number.slice(0, 9), Number(number.slice(9))];
  return [front, `2${front}`].some((base) => 97 - (Number(base) % 97) === check);
};

/** China: GB 11643-1999, which checks as ISO 7064 MOD 11-2. */
export const residentIdentity: Check = (number) => {
  const [year, month, day] = numbers(number, [6, 10], [10, 12], [12, 14]);
  const rest = sum(number, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11;
  return isDay(year, month, day) && '10X98765432'[rest] === number[17];
};

/** Czechia and Slovakia: 50 and 20 may be added to the month; until 1953 nine digits without a check (Act 133/2000). */
export const birthNumber: Check = (number) => {
  const [year, month, day] = numbers(number, [0, 2], [2, 4], [4, 6]);
  if (number.length === 9) return (year < 54 || year > 80) && isDayOfSomeYear(year, month % 50, day);
  const rest = Number(number.slice(0, 9)) % 11;
  return isDay((year < 54 ? 2000 : 1900) + year, (month % 50) % 20, day) && rest % 10 === Number(number[9]);
};

/** Denmark: a day of birth, whose century the seventh digit tells; since 2007 there is no check (CPR-kontoret). */
export const cpr: Check = (number) => {
  const [day, month, year, seventh] = numbers(number, [0, 2], [2, 4], [4, 6], [6, 7]);
  const century = seventh < 4 ? 1900 : [4, 9].includes(seventh) ? (year < 37 ? 2000 : 1900) : year < 58 ? 2000 : 1800;
  return isDay(century + year, month, day);
};

/** Finland: Act 661/2009; the sign tells the century, and the last character checks. */
export const hetuCheck: Check = (number) => {
  const [day, month, year] = numbers(number, [0, 2], [2, 4], [4, 6]);
  const sign = number[6] ?? '';
  const century = sign === '+' ? 1800 : 'ABCDEF'.includes(sign) ? 2000 : 1900;
  const rest = Number(number.slice(0, 6) + number.slice(7, 10)) % 31;
  return isDay(century + year, month, day) && '0123456789ABCDEFHJKLMNPRSTUVWXY'[rest] === number[10];
};

/**
 * Germany: among the first ten digits, one comes twice or thrice, not three in a row, and no other twice (BZSt, 2016).
 */
export const idnrDigits: Check = (number) => {
  const first = number.slice(0, 10);
  const counts = [...new Set(first)].map((digit) => first.split(digit).length - 1);
  const [repeated, ...others] = counts.filter((count) => count > 1);
  return others.length === 0 && (repeated === 2 || (repeated === 3 && !/(\d)\1\1/.test(first)));
};

/** Hungary, tax identifier of a person: Act CL of 2017, annex 1. */
export const hungarianTaxId: Check = (number) => sum(number, [1, 2, 3, 4, 5, 6, 7, 8, 9]) % 11 === Number(number[9]);

/** Japan: the ministerial ordinance on My Number (2014, no. 85), article 5. */
export const myNumber: Check = (number) => {
  const rest = sum(number, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
  return Number(number[11]) === (rest <= 1 ? 0 : 11 - rest);
};

/** Latvia: until 2017 a day of birth and a check digit; since then 32 and nine more digits, none of which checks. */
export const personasKods: Check = (number) => {
  if (number.startsWith('32')) return true;
  const [day, month, century] = [number.slice(0, 2), number.slice(2, 4), Number(number[6])];
  if (century > 2 || !isDay(1800 + 100 * century + Number(number.slice(4, 6)), Number(month), Number(day)))
    return false;
  const check = (1101 - sum(number, [1, 6, 3, 7, 9, 10, 5, 8, 4, 2])) % 11;
  return check % 10 === Number(number[10]);
};

/** Luxembourg: day of birth, three digits, and two check digits over the first eleven, Luhn's and Verhoeff's. */
export const matricule: Check = (number) => {
  const [front, luhnDigit, verhoeffDigit] = [number.slice(0, 11), number[11], number[12]];
  const [year, month, day] = numbers(number, [0, 4], [4, 6], [6, 8]);
  return isDay(year, month, day) && passesLuhn(`${front}${luhnDigit}`) && passesVerhoeff(`${front}${verhoeffDigit}`);
};

/** Poland: a date of birth with the century in its month, four more digits, and the check digit. */
export const pesel: Check = (number) => {
  const month = Number(number.slice(2, 4));
  const century = [1900, 2000, 2100, 2200, 1800][Math.floor(month / 20)] ?? 0;
  if (!isDay(century + Number(number.slice(0, 2)), month % 20, Number(number.slice(4, 6)))) return false;
  return sum(number, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0;
};

/** Singapore, NRIC and FIN: the letter that checks depends on the one in front (series S and T, F and G, M). */
export const singaporean: Check = (number) => {
  const [series = '', digits, letter] = [number[0], number.slice(1, 8), number[8]];
  const offset = { S: 0, T: 4, F: 0, G: 4, M: 3 }[series] ?? 0;
  const rest = (sum(digits, [2, 7, 6, 5, 4, 3, 2]) + offset) % 11;
  if (series === 'M') return 'KLJNPQRTUWX'[10 - rest] === letter;
  return (series === 'S' || series === 'T' ? 'JZIHGFEDCBA' : 'XWUTRQPNMLK')[rest] === letter;
};

/** Lithuania: sex and century, day of birth, three digits, and the same check as Estonia's number; 9 is no century. */
export const lithuanianDay: Check = (number) => {
  const [century, year, month, day] = numbers(number, [0, 1], [1, 3], [3, 5], [5, 7]);
  return century === 9 || (century > 0 && isDay(1800 + 100 * Math.floor((century - 1) / 2) + year, month, day));
};

/** Mexico: day of birth, sex, state, and a check digit (RENAPO, Instructivo Normativo para la CURP). */
export const curp: Check = (number) => {
  const [year, month, day] = numbers(number, [4, 6], [6, 8], [8, 10]);
  const weighed = [...number].slice(0, 17).map((sign, place) => CURP_SIGNS.indexOf(sign) * (18 - place));
  const total = weighed.reduce((sofar, value) => sofar + value, 0);
  return isDayOfSomeYear(year, month, day) && (10 - (total % 10)) % 10 === Number(number[17]);
};

/** Norway: 40 is added to the day of a D-number, to the month of a hospital's own (Folkeregisterforskriften 2-2-3). */
export const fodselsnummer: Check = (number) => {
  const [day, month, year] = numbers(number, [0, 2], [2, 4], [4, 6]);
  if (!isDayOfSomeYear(year, month > 40 ? month - 40 : month, day > 40 ? day - 40 : day)) return false;
  return (
    sum(number, [3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11 === 0 && sum(number, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0
  );
};

/** Romania: sex and century, day of birth, county, three digits, and the check. */
export const cnp: Check = (number) => {
  const [first, year, month, day, county] = numbers(number, [0, 1], [1, 3], [3, 5], [5, 7], [7, 9]);
  const centuries = [[], [1900], [1900], [1800], [1800], [2000], [2000]][first] ?? [1900, 2000];
  const isOfCounty = (county >= 1 && county <= 52) || county === 70;
  const check = sum(number, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
  return (
    isOfCounty &&
    centuries.some((century) => isDay(century + year, month, day)) &&
    (check === 10 ? 1 : check) === Number(number[12])
  );
};

/** Slovenia: day of birth with three digits of the year, 50, three digits, and the check. */
export const emso: Check = (number) => {
  const [day, month, year] = numbers(number, [0, 2], [2, 4], [4, 7]);
  const check = 11 - (sum(number, [7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11);
  return isDay((year < 800 ? 2000 : 1000) + year, month, day) && (check > 9 ? 0 : check) === Number(number[12]);
};

/** South Africa: day of birth, four digits, citizenship, a digit, and Luhn's check. */
export const southAfrican: Check = (number) => {
  const [year, month, day, citizen] = numbers(number, [0, 2], [2, 4], [4, 6], [10, 11]);
  return citizen <= 2 && isDayOfSomeYear(year, month, day) && passesLuhn(number);
};

/** Sweden, in twelve digits: 60 is added to the day of a coordination number; Luhn's check leaves the century out. */
export const personnummerCheck: Check = (number) => {
  const [year, month, day] = numbers(number, [0, 4], [4, 6], [6, 8]);
  return isDay(year, month, day > 60 ? day - 60 : day) && passesLuhn(number.slice(2));
};

function sum(number: string, weights: readonly number[]): number {
  return weights.reduce((total, weight, place) => total + Number(number[place]) * weight, 0);
}

/** The numbers between pairs of places. */
function numbers<const P extends readonly (readonly [from: number, to: number])[]>(
  text: string,
  ...places: P
): { [K in keyof P]: number } {
  return places.map(([from, to]) => Number(text.slice(from, to))) as { [K in keyof P]: number };
}

/** Whether the day exists in a year of two digits, in this century or the one before. */
function isDayOfSomeYear(year: number, month: number, day: number): boolean {
  return isDay(1900 + year, month, day) || isDay(2000 + year, month, day);
}

function isDay(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

function passesLuhn(digits: string): boolean {
  return luhnSum(digits) % 10 === 0;
}

function passesVerhoeff(digits: string): boolean {
  return (
    [...digits].reverse().reduce((check, digit, place) => dihedral(check, permuted(Number(digit), place)), 0) === 0
  );
}

/** The product of two elements of the dihedral group of ten. */
function dihedral(a: number, b: number): number {
  if (a < 5) return b < 5 ? (a + b) % 5 : 5 + ((a + b) % 5);
  return b < 5 ? 5 + ((a - b + 5) % 5) : (a - b + 5) % 5;
}

function permuted(digit: number, times: number): number {
  let value = digit;
  for (let i = 0; i < times % 8; i++) value = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4][value] as number;
  return value;
}
