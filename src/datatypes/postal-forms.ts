/**
 * How each country writes its postal codes, and whether an address there is complete without one.
 *
 * One source for all: the address metadata of libaddressinput (Google, CC BY 4.0), on which browsers and shops build their
 * forms. Its patterns come with the package postal-code-checker, which is made anew from it; which countries ask for a code
 * (its `require`) stands here. Where the source is silent, any code is taken, and none is asked for.
 *
 * Does not check that a place has the code. Of the United Kingdom it takes whatever has the shape of a code, for districts are
 * added, and what is sold as test data has letters that Royal Mail leaves out.
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

/** Beside the source: what it has too narrow, or not. */
const OWN: Readonly<Record<string, string>> = {
  // BFPO are the forces; GIR 0AA was Girobank's.
  GB: '(?:GIR0AA|BFPO\\d{1,4}|[A-Z]{1,2}\\d[\\dA-Z]?\\d[\\dA-Z][A-Z])',
  // Posta e Kosovës.
  XK: '\\d{5}',
};

/** Letters that some write before the code: of the country (ISO, or its mark on the road), in El Salvador of the words. */
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
 * One spelling of a code: its letters and digits, with the country's own letters before them where its codes have those
 * (`LV-1010` and `1010` are LV1010) and without them where they have not (`AZ 1000` is 1000).
 * @param bare letters and digits alone, in upper case
 * @returns undefined for what the country does not write
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

/** A pattern for letters and digits alone: spaces and hyphens go, and with them what says how often they come. */
function withoutGaps(pattern: string): string {
  return pattern.replace(/\[ \\-\]|\[[^\]]*\]|[ -]\??/g, (part) =>
    part.startsWith('[') && part !== '[ \\-]' ? part : '',
  );
}
