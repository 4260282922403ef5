/**
 * Runs every check, side by side. A check that cannot look says so, and holds up no other.
 *
 * Guarantees: there is a finding for each check. A failure is told in the vault's own words, or by a code, never by the
 * text of anybody else's error, which may hold a value.
 */
import { StartError, VaultError } from '../errors.ts';
import { CHECKS } from './checks.ts';
import { type Check, type Finding, SEVERITIES, type Severity } from './finding.ts';
import type { World } from './world.ts';

/** @returns the worst finding first */
export async function examine(world: World, checks: readonly Check[] = CHECKS): Promise<Finding[]> {
  const found = await Promise.all(checks.map((check) => lookWith(check, world)));
  return found.flat().sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
}

async function lookWith({ id, look }: Check, world: World): Promise<Finding[]> {
  try {
    return (await look(world)).map((found) => ({ id, ...found }));
  } catch (error) {
    return [{ id, severity: 'unseen', says: `It could not be looked at: ${why(error)}` }];
  }
}

function why(error: unknown): string {
  if (error instanceof StartError) return error.message;
  if (error instanceof VaultError) return `${error.message} (${error.code})`;
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? `${code}.` : 'internal_error.';
}

/** The exit code: 0 all well, 1 warnings, 2 something fails, 3 nothing fails and something could not be looked at. */
export function exitCodeOf(findings: readonly { readonly severity: Severity }[]): 0 | 1 | 2 | 3 {
  const has = (severity: Severity) => findings.some((finding) => finding.severity === severity);
  if (has('fail')) return 2;
  if (has('unseen')) return 3;
  return has('warn') ? 1 : 0;
}
