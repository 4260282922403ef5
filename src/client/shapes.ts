/** What the vault's API takes and answers, by the names that an app knows. */
import type { components } from './api.ts';

type Schemas = components['schemas'];
export type TokenizeItem = Schemas['TokenizeItem'];
export type Tokenized = Schemas['Tokenized'];
type Answer = Schemas['Revealed'];
type Shown = Exclude<Answer, { readonly form: 'none' }>;
type NotShown = Extract<Answer, { readonly form: 'none' }>;
/** It has either `value` or `error`: `if (revealed.error)` tells which. `form` tells what the value is. */
export type Revealed = With<Shown, 'error'> | With<NotShown, 'value' | 'type'>;
/** One of several shapes, and of each that it lacks what others have, so that one may ask for it. */
type With<Shapes, Lacking extends string> = Shapes extends unknown
  ? Shapes & { readonly [name in Lacking]?: undefined }
  : never;
/** What a plain value of a data type is: text, unless it has properties of its own or is any JSON. */
export type ValueOf<Type extends string> = Type extends Shown['form']
  ? Extract<Shown, { readonly form: Type }>['value']
  : Type extends 'document' | `x_${string}`
    ? unknown
    : string;
export type Found = Schemas['SearchReply'];
export type FoundRecord = Schemas['Found'];
export type Search = Schemas['Search'];
/** Whose password is verified, and why it is asked. */
export type SignIn = Schemas['VerifySearch'] | Schemas['VerifySubject'];
export type SignedIn = Schemas['VerifyReply'];
/** What somebody says of a value, whose it is, and why it is asked. */
export type Said = Schemas['MatchToken'] | Schemas['MatchSubject'];
export type TokenDescription = Schemas['TokenDescription'];
export type TokenOptions = Omit<Schemas['MintTokenBody'], 'record'>;
export type MintedToken = Schemas['MintedToken'];
export type RevokedToken = Schemas['RevokeTokenReply'];
export type RecordDescription = Schemas['RecordDescription'];
export type Corrected = Schemas['CorrectRecordReply'];
export type ErasureReceipt = Schemas['ErasureReceipt'];
/** The certificate is there once `state` is `final`. Until then, the reply says what it waits for. */
export type Certificate = Schemas['GetCertificateReply'];
export type SubjectPage = Schemas['GetSubjectReply'];
export type StoredRecord = Schemas['Record'];
export type DataType = Schemas['DataType'];
export type Doubles = Schemas['Doubles'];
/** The declaration of a data type of the tenant's own. */
export type TypeDefinition = WithDefaults<Schemas['DeclareType']>;
export type Role = Schemas['Role'];
export type RoleRules = Schemas['RoleRules'];
export type RoleHistory = Schemas['ReadRoleReply'];
export type RoleDefinition = Loose<WithDefaults<Schemas['ChangeRoleBody']>>;
export type RoleChange = Schemas['RoleChange'];
export type EndedRole = Schemas['EndRoleReply'];
export type RoleCells = Schemas['RoleCells'];
export type AccessQuestion = Loose<Schemas['ExplainAccessBody']>;
export type AccessExplained = Schemas['ExplainAccessReply'];
export type Principal = Schemas['Principal'];
export type Me = Schemas['GetMeReply'];
export type RotatedApiKey = Schemas['RotateApiKeyReply'];
export type EndedApiKey = Schemas['EndApiKeyReply'];
export type RevokedPrincipal = Schemas['RevokePrincipalReply'];
export type PrincipalPage = Schemas['ListPrincipalsReply'];
export type AddedPrincipal = Schemas['AddPrincipalReply'];
export type Purpose = Schemas['PurposeDescription'];
export type PurposeHistory = Schemas['GetPurposeReply'];
/** What is said of a purpose. */
export type PurposeDeclaration = Pick<Schemas['DeclarePurposeBody'], 'told' | 'basis'> & {
  readonly mayObject?: boolean | undefined;
  readonly types?: readonly string[] | null | undefined;
};
export type AddedTenant = Schemas['AddTenantReply'];
export type Tenant = Schemas['Tenant'];
export type TenantPage = Schemas['ListTenantsReply'];
export type AuditEntry = Schemas['AuditEntry'];
export type AuditPage = Schemas['ListAuditEntriesReply'];
export type Approval = Schemas['Approval'];
export type ApprovalPage = Schemas['ListApprovalsReply'];
export type ApprovalTerms = Schemas['ApprovalTerms'];
export type ApprovalPolicyState = Schemas['GetApprovalPolicyReply'];
export type EndedApprovalPolicy = Schemas['EndApprovalPolicyReply'];
export type Hook = Schemas['Hook'];
export type AddedHook = Schemas['AddHookReply'];
export type RotatedHook = Schemas['RotateHookReply'];
export type RemovedHook = Schemas['RemoveHookReply'];
export type TestedHook = Schemas['TestHookReply'];
export type DeliveryPage = Schemas['ListDeliveriesReply'];
export type Job = Schemas['Job'];
export type JobPage = Schemas['ListJobsReply'];
export type Status = Schemas['GetStatusReply'];
export type Compromise = Schemas['CompromiseKeysBody'];
export type Exposed = Schemas['Exposed'];
export type ExposedPage = Schemas['ListExposedReply'];
export type KeyEntry = Schemas['KeyEntry'];
export type RootSlot = Schemas['RootSlot'];
export type SlotChecks = Schemas['CheckSlotsReply'];
export type RemovedSlot = Schemas['RemoveSlotReply'];

/** The same, where what may be absent may also be undefined: JSON leaves it out. */
export type Loose<T> = T extends readonly (infer E)[]
  ? readonly Loose<E>[]
  : T extends object
    ? { readonly [K in keyof T]: Pick<T, K> extends Required<Pick<T, K>> ? Loose<T[K]> : Loose<T[K]> | undefined }
    : T;

/** Properties that have a default may be left out. */
type WithDefaults<D> = D extends unknown ? Omit<D, Defaulted> & Partial<Pick<D, Defaulted & keyof D>> : never;
type Defaulted = 'normalise' | 'compare' | 'spread' | 'formats' | 'description';

export interface CallOptions {
  /** Stops waiting for the call. It is then unknown whether a write was done. */
  readonly signal?: AbortSignal | undefined;
  /** How long one attempt of this call may take; by default what the client was made with. */
  readonly timeoutMs?: number | undefined;
}

export interface WriteOptions extends CallOptions {
  /** Names the write across restarts of the app. By default it is random. Visible ASCII, no personal data. */
  readonly idempotencyKey?: string | undefined;
}

export interface Reason {
  /** Why, in words of up to 500 characters. The vault keeps only a MAC of it. */
  readonly reason?: string | undefined;
}

/** What to erase: everything about a subject, or these records, or the records of these tokens. */
export type ErasureTarget =
  | { readonly ref: string }
  | { readonly subject: string }
  | { readonly records: readonly string[] }
  | { readonly tokens: readonly string[] };
