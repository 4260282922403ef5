/** What may be told of a record: its type, its dates, the app's word for it. Never anything of its value. */
import type { RecordRow } from './store.ts';

/** The shape of `RECORD_FACTS` in `schema.ts`. */
export function factsOf(row: Omit<RecordRow, 'sealed'>) {
  return {
    type: row.type,
    ...(row.label === null ? {} : { label: row.label }),
    version: row.version,
    createdAt: new Date(row.created_at).toISOString(),
    updatedAt: new Date(row.updated_at).toISOString(),
  };
}
