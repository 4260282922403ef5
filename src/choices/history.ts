/**
 * Every choice there was: who chose what, for which purpose, by which words, how, and who noted it.
 *
 *   choices        one row a choice, added and never changed; numbered within a person
 *   choice_texts   what people agreed to, each text once, by its hash
 *
 * Guarantees: a person is known here by a keyed digest of the subject's id alone, so these rows prove a choice also
 * after the person was erased, to whoever still has that id, and tell nobody else whose it was. A reference to a paper
 * or a recording is kept as a MAC: it can be compared, not read. A MAC binds all of a row.
 * Does not: notice that the newest rows were removed.
 */
import type { Choice } from '../access/ground.ts';
import { sha256 } from '../crypto/digest.ts';
import { equalBytes } from '../crypto/mac.ts';
import type { PrincipalId, SubjectId, TenantId } from '../ids.ts';
import type { IndexKey } from '../keyring/indexes/index-keys.ts';
import { first, select } from '../storage/queries.ts';
import { lookup, type Row, table } from '../storage/table.ts';
import type { Reader, RecordTx } from '../storage/tx.ts';

const MAC_BYTES = 16;

export const choices = table(
  'records',
  'choices',
  {
    tenant: 'id:tenant',
    person: 'bytes',
    seq: 'small',
    purpose: 'text',
    /** Of the purpose, so that what people were told then can be read. 0 for a restriction. */
    purpose_version: 'small',
    choice: 'text',
    /** JSON; absent: all. Of a restriction the purposes that it leaves. */
    types: 'text?',
    means: 'text',
    notice: 'text?',
    text_hash: 'bytes?',
    reference_mac: 'bytes?',
    made_by: 'id:principal',
    made_at: 'int',
    tag: 'bytes',
  },
  ['tenant', 'person', 'seq'],
);
type ChoiceRow = Row<typeof choices>;

export const choiceTexts = table('records', 'choice_texts', { tenant: 'id:tenant', hash: 'bytes', text: 'text' }, [
  'tenant',
  'hash',
]);
const textByHash = lookup(choiceTexts, ['tenant', 'hash']);

/** Restrictions stand in the same history, under a word that no purpose has. */
export const RESTRICTION = '@restriction';
/** How a choice reached the vault. */
export const MEANS = ['form', 'phone', 'paper', 'message', 'link', 'signal', 'account', 'other'] as const;
/** `recovered`: the vault has noted it again, in a record store that was put back. */
export type Means = (typeof MEANS)[number] | 'recovered';

export interface Evidence {
  readonly means: Means;
  /** Which notice, in which version. */
  readonly notice?: string | undefined;
  /** The words that the person agreed to or answered. */
  readonly text?: string | undefined;
  /** The number of a paper, a recording, a case. */
  readonly reference?: string | undefined;
}

export interface ChoiceFacts {
  readonly seq: number;
  readonly purpose: string;
  readonly purposeVersion: number;
  readonly choice: Choice | 'restricted' | 'lifted';
  readonly types: readonly string[] | undefined;
  readonly means: string;
  readonly notice: string | undefined;
  readonly text: string | undefined;
  readonly textHash: string | undefined;
  readonly hasReference: boolean;
  readonly by: PrincipalId;
  readonly at: Date;
  readonly isAltered: boolean;
}

interface Whose {
  readonly tenant: TenantId;
  readonly subject: SubjectId;
}

export interface Noted extends Whose {
  readonly purpose: string;
  readonly purposeVersion: number;
  readonly choice: ChoiceFacts['choice'];
  readonly types: readonly string[] | undefined;
  readonly evidence: Evidence;
  readonly by: PrincipalId;
  readonly at: Date;
}

/** In the exclusive transaction that holds the subject, so that no number is drawn twice. @returns its number */
export async function addChoice(tx: RecordTx, key: IndexKey, noted: Noted): Promise<number> {
  const { tenant, evidence, types } = noted;
  const person = personOf(key, noted);
  const newest = { where: { tenant, person }, orderBy: ['seq'], descending: true } as const;
  const seq = ((await first(tx, choices, { columns: ['seq'], ...newest }))?.seq ?? 0) + 1;
  const hash = evidence.text === undefined ? null : sha256(evidence.text);
  const row = {
    ...{ tenant, person, seq, purpose: noted.purpose, purpose_version: noted.purposeVersion, choice: noted.choice },
    types: types === undefined ? null : JSON.stringify(types),
    ...{ means: evidence.means, notice: evidence.notice ?? null, text_hash: hash },
    reference_mac: evidence.reference === undefined ? null : referenceMac(key, person, evidence.reference),
    ...{ made_by: noted.by, made_at: noted.at.getTime() },
  };
  if (hash !== null && evidence.text !== undefined) {
    await tx.insert(choiceTexts, [{ tenant, hash, text: evidence.text }], 'skip');
  }
  await tx.insert(choices, [{ ...row, tag: tagOf(key, row) }]);
  return seq;
}

/** A page of a person's choices, the newest first. @param purpose undefined: all */
export async function historyOf(
  reader: Reader<'records'>,
  key: IndexKey,
  whose: Whose,
  page: { readonly purpose: string | undefined; readonly after: number | undefined; readonly limit: number },
): Promise<ChoiceFacts[]> {
  const { tenant } = whose;
  const { purpose, after, limit } = page;
  const where = {
    ...{ tenant, person: personOf(key, whose) },
    ...(purpose !== undefined && { purpose }),
    // The newest first: the next page has earlier ones.
    ...(after !== undefined && { seq: { '<': after } }),
  };
  const rows = await select(reader, choices, { where, orderBy: ['seq'], descending: true, limit });
  const hashes = rows.map(({ text_hash }) => [tenant, text_hash ?? Buffer.alloc(0)]);
  const texts = await reader.find(textByHash, hashes);
  return rows.map((row, i) => factsOf(key, row, texts[i]?.[0]?.text));
}

function factsOf(key: IndexKey, row: ChoiceRow, text: string | undefined): ChoiceFacts {
  const isOwn = equalBytes(tagOf(key, row), row.tag);
  const hash = row.text_hash ?? undefined;
  const isText = text === undefined || (hash !== undefined && equalBytes(sha256(text), hash));
  return {
    ...{ seq: row.seq, purpose: row.purpose, purposeVersion: row.purpose_version },
    ...{ choice: row.choice as Choice, means: row.means, notice: row.notice ?? undefined },
    types: row.types === null ? undefined : (JSON.parse(row.types) as string[]),
    text: isText ? text : undefined,
    ...{ textHash: hash?.toString('hex'), hasReference: row.reference_mac !== null },
    ...{ by: row.made_by as PrincipalId, at: new Date(row.made_at), isAltered: !isOwn || !isText },
  };
}

function personOf(key: IndexKey, { tenant, subject }: Whose): Buffer {
  return key.mac('lethe/person/1', MAC_BYTES, tenant, subject);
}

function referenceMac(key: IndexKey, person: Buffer, reference: string): Buffer {
  return key.mac('lethe/choice-reference/1', MAC_BYTES, person, reference.normalize('NFC'));
}

function tagOf(key: IndexKey, row: Omit<ChoiceRow, 'tag'>): Buffer {
  const nothing = Buffer.alloc(0);
  return key.mac(
    'lethe/choice/1',
    MAC_BYTES,
    ...[row.tenant, row.person, row.seq, row.purpose, row.purpose_version, row.choice, row.types ?? 'all', row.means],
    ...[row.notice === null ? 'none' : `of ${row.notice}`, row.text_hash ?? nothing, row.reference_mac ?? nothing],
    ...[row.made_by, row.made_at],
  );
}
