/** What a shredding destroyed, and under which epoch: what a certificate waits for. */
import { type Row, table } from '../storage/table.ts';

export const shreds = table(
  'keys',
  'shreds',
  {
    tenant: 'text',
    erasure: 'text',
    epoch: 'int',
    records: 'int',
    indexes: 'text',
    shredded_at: 'int',
    final_at: 'int?',
  },
  ['tenant', 'erasure'],
);
export type ShredRow = Row<typeof shreds>;
