/**
 * Numbers whose bare form is more than their letters and digits, because a sign between them tells the century.
 */
import { foldCode } from './normalise.ts';

export type Spelling = (typed: string, now: Date) => string | undefined;

const GAPS = /[\s\u0085.]+/g;
const HYPHENS = /[\p{Pd}\u2212\u30fc]/gu;
const PERSONNUMMER = /^(\d{2}|\d{4})(\d{4})(\+?)(\d{4})$/;
const HYPHEN_BEHIND_THE_DAY = /^(?:-*\d){6}-/;

function withSigns(typed: string): string {
  return foldCode(typed).replace(GAPS, '').replace(HYPHENS, '-').toUpperCase();
}

/** Finland: the sign after the day of birth is part of the number; mostly it is a hyphen (Act 661/2009). */
export const hetu: Spelling = (typed) => {
  const signed = withSigns(typed);
  const bare = signed.replaceAll('-', '');
  return HYPHEN_BEHIND_THE_DAY.test(signed) && bare.length === 10 ? `${bare.slice(0, 6)}-${bare.slice(6)}` : bare;
};

/**
 * Sweden: the bare form always has the century, in twelve digits. In ten digits, a + means that the person is a hundred
 * or older this year; without it they are younger (SKV 704).
 */
export const personnummer: Spelling = (typed, now) => {
  const [, year = '', day, sign, end] = PERSONNUMMER.exec(withSigns(typed).replaceAll('-', '')) ?? [];
  if (year.length !== 2) return year === '' ? undefined : `${year}${day}${end}`;
  const thisYear = now.getUTCFullYear();
  const latest = thisYear - ((thisYear - Number(year)) % 100);
  return `${sign === '+' ? latest - 100 : latest}${day}${end}`;
};
