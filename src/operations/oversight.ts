/** Oversight: what was done, and how the vault is. */

import type { AnyOperation } from './operation.ts';
import { getStatus } from './oversight/get-status.ts';
import { listAuditEntries } from './oversight/list-audit-entries.ts';

export const OVERSIGHT: readonly AnyOperation[] = [listAuditEntries, getStatus];
