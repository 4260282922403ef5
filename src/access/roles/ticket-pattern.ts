/**
 * What a ticket of the helpdesk must look like, as a rule declares it: `HELP-######`, `CASE-#+`.
 *
 *   #   a digit     @   a capital letter     +   the one before, once or more     anything else stands for itself
 *
 * Guarantees: a pattern has a digit in it, so no ticket such as `.` fits one. A ticket fits as a whole or not at all,
 * in one way at most: so whoever names a ticket does not choose how long it is compared.
 * Does not: know whether the ticket exists.
 */
const PATTERN = /^(?:[A-Za-z0-9._/-]|[#@]\+?)+$/;
export const MAX_PATTERN = 32;

/** @returns undefined for what is no pattern */
export function readTicketPattern(pattern: string): RegExp | undefined {
  if (pattern.length > MAX_PATTERN || !PATTERN.test(pattern) || !pattern.includes('#')) return undefined;
  // A run that what follows could end in several places: `@+@@+@@+` took seconds for one ticket.
  if (/#\+[#0-9]|@\+[@A-Z]/.test(pattern)) return undefined;
  const parts = pattern.replace(/[#@]|[./-]/g, (sign) =>
    sign === '#' ? '[0-9]' : sign === '@' ? '[A-Z]' : `\\${sign}`,
  );
  return new RegExp(`^${parts}$`);
}
