/** Oversight: what was done, and the state of the vault. */

import type { AnyOperation } from './operation.ts';
import { getStatus } from './oversight/get-status.ts';
import { listAuditEntries } from './oversight/list-audit-entries.ts';

export const OVERSIGHT: readonly AnyOperation[] = [listAuditEntries, getStatus];
