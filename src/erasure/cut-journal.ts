/**
 * When the journal may forget. Of what was noted under an epoch nothing is needed once that epoch is destroyed in every
 * slot and forgotten by every node: what certificates wait for. Each key store that still opens has it then.
 */
import type { Journal } from '../journal/journal.ts';
import { type CertificateParts, settledThrough } from './certificate.ts';

/** May be run at any time, on every node. @returns how many files are gone */
export async function cutJournal(parts: CertificateParts & { readonly journal: Journal }): Promise<number> {
  return parts.journal.cut(await settledThrough(parts));
}
