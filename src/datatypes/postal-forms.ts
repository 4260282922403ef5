/**
 * How each country writes its postal codes, and whether an address there is complete without one.
 *
 * The source is the address metadata of libaddressinput (Google, CC BY 4.0), which browsers and shops use for their
 * forms. Its patterns come with the package postal-code-checker, which is regenerated from it. This file lists the
 * countries that require a code (its `require`). If the source says nothing about a country, any code is taken, and
 * none is required.
 *
 * It does not check that a place has the code. For the United Kingdom it takes everything with the shape of a code,
 * because districts are added, and commercial test data has letters that Royal Mail does not use.
 */
import { COUNTRIES } from 'postal-code-checker';

/** libaddressinput, cpp/src/region_data_constants.cc of June 2025: the regions whose `require` has a Z. */
const ASKS_FOR_CODE: ReadonlySet<string> = new Set(
  `
  AS AT AU AX BE BL BR CA CH CN CZ DE DK EE ES FI FK FM FR GB GF GG GL GP GR GS GU HU IM IN IO IT JE JP KR LI LT LU LV MF
  MH MP MQ MX MY NC NL NO NZ PF PL PM PN PR PT PW RE RO RU SE SG SH SJ SK SM TC TR TW UA US VI WF YT ZA
  `
    .trim()
    .split(/\s+/),
);

/** Patterns that the source does not have, or has too narrow. */
const OWN: Readonly<Record<string, string>> = {
  // BFPO is the forces; GIR 0AA was Girobank's.
  GB: '(?:GIR0AA|BFPO\\d{1,4}|[A-Z]{1,2}\\d[\\dA-Z]?\\d[\\dA-Z][A-Z])',
  // Posta e Kosovës.
  XK: '\\d{5}',
};

/**
 * Letters that some write before the code: the country's (ISO, or its road sign); in El Salvador `CP`, for the words.
 */
const PREFIXES: Readonly<Record<string, readonly string[]>> = {
  ...{ AT: ['A'], BE: ['B'], DE: ['D'], ES: ['E'], FR: ['F'], IT: ['I'], LI: ['FL'], LU: ['L'], NO: ['N'], SE: ['S'] },
  ...{ PT: ['P'], SV: ['CP'] },
};

const compiled = new Map<string, RegExp | undefined>();

/** Whether an address in this country needs a postal code. */
export function needsPostalCode(country: string): boolean {
  return ASKS_FOR_CODE.has(country);
}

/**
 * The one spelling of a code: its letters and digits. The country's own letters are before them if its codes have such
 * letters (`LV-1010` and `1010` are LV1010), and are left out if not (`AZ 1000` is 1000).
 * @param bare only letters and digits, in upper case
 * @returns undefined if the country does not write such codes
 */
export function settledCode(country: string, bare: string): string | undefined {
  const form = formOf(country);
  if (form === undefined || form.test(bare)) return bare;
  for (const prefix of [country, ...(PREFIXES[country] ?? [])]) {
    if (bare.startsWith(prefix) && form.test(bare.slice(prefix.length))) return bare.slice(prefix.length);
    if (form.test(prefix + bare)) return prefix + bare;
  }
  return undefined;
}

function formOf(country: string): RegExp | undefined {
  if (!compiled.has(country)) {
    const patterns = Object.hasOwn(COUNTRIES, country) ? (COUNTRIES[country]?.patterns ?? []) : [];
    const own = OWN[country];
    const all = own === undefined ? patterns.map((pattern) => withoutGaps(pattern.slice(1, -1))) : [`^${own}$`];
    compiled.set(country, all.length === 0 ? undefined : new RegExp(all.map((one) => `(?:${one})`).join('|')));
  }
  return compiled.get(country);
}

/** The pattern for letters and digits only, without spaces, hyphens, and the counts that follow them. */
function withoutGaps(pattern: string): string {
  return pattern.replace(/\[ \\-\]|\[[^\]]*\]|[ -]\??/g, (part) =>
    part.startsWith('[') && part !== '[ \\-]' ? part : '',
  );
}
