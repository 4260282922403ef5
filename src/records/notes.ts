/**
 * The data type of what the vault itself notes of a person: why somebody was to see their values (`grants/notes.ts`).
 * It is in no catalogue, no caller stores or names such a record, and no tenant's type begins like it.
 */
export const NOTE_TYPE = '@note';

export function isNote({ type }: { readonly type: string }): boolean {
  return type === NOTE_TYPE;
}
