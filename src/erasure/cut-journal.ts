/**
 * Says when the journal may forget. What was noted under an epoch is no longer needed once that epoch is destroyed in
 * every slot and forgotten by every node, as for certificates. From then on, every key store that still opens has what
 * was noted.
 */
import type { Journal } from '../journal/journal.ts';
import { type CertificateParts, settledThrough } from './certificates/certificate.ts';

/** May be run at any time, on every node. @returns how many files are gone */
export async function cutJournal(parts: CertificateParts & { readonly journal: Journal }): Promise<number> {
  return parts.journal.cut(await settledThrough(parts));
}
