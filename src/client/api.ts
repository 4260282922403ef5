// biome-ignore-all assist: generated
// biome-ignore-all format: generated
// biome-ignore-all lint: generated
/**
 * The API in types. Generated from the OpenAPI document by openapi-typescript: `npm run client`. Do not edit.
 */
export interface paths {
    readonly "/v1/tokenize": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Store values and get tokens in their place.
         * @description All or nothing: one refused item refuses the request, and `field` names it as `items/<n>/…`. Items with the same `subject` belong to one person. The plain value is not sent back; `masked` is for people to recognise it by. A token may be asked for in another `format`, for an `audience`, for a time or a number of uses, or be brought along; with `reuse` an equal value gets the token it had before.
         */
        readonly post: operations["tokenize"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/detokenize": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Exchange tokens for the values they stand for.
         * @description Each token is answered on its own, with a value or an `error` (`token_not_found`, `token_expired`, `token_used_up`, `token_revoked`, `record_erased`, `not_allowed`, `never_revealed`, `unknown_view`). Without `view`, each value is shown as widely as the caller may see it.
         */
        readonly post: operations["detokenize"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/search": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Find records by equality of a value, or of a part of one.
         * @description Compares canonical forms, so `Jane@Example.com` finds `jane@example.com`. `part` searches by a part of the value, `and` by further values of the same subject. Shows masked values only, in the order they were stored; a page may hold fewer than `limit` and still have a `next`.
         */
        readonly post: operations["search"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/verify": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Say whether a value is the one that was stored.
         * @description For passwords, which are kept as a verifier and never shown. After ten failed attempts at one value, whichever of its tokens they name, further ones are refused for up to 15 minutes. Takes none of a limited token’s uses.
         */
        readonly post: operations["verify"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/tokens/{token}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Say what a token is; never its value. */
        readonly get: operations["describeToken"];
        readonly put?: never;
        readonly post?: never;
        /** Revoke a token; its record and its other tokens stay. */
        readonly delete: operations["revokeToken"];
        readonly options?: never;
        readonly head?: never;
        /**
         * Give a token another end, counted from now.
         * @description A token that has ended stays so. A caller tied to an audience may shorten its tokens, not lengthen them.
         */
        readonly patch: operations["extendToken"];
        readonly trace?: never;
    };
    readonly "/v1/tokens": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Mint one more token for a record.
         * @description In another format, for another audience, for a time or a number of uses; or one that is brought along.
         */
        readonly post: operations["mintToken"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/records/{record}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Say what a record is, and list its tokens; never its value. */
        readonly get: operations["describeRecord"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        /**
         * Correct a value; its tokens stay.
         * @description The new value is sealed under a new key, and the old key is destroyed.
         */
        readonly patch: operations["correctRecord"];
        readonly trace?: never;
    };
    readonly "/v1/subjects/resolve": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * From an app’s ref to the subject’s id.
         * @description A POST, because a ref is personal data and has no place in a URL.
         */
        readonly post: operations["resolveSubject"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/subjects/{subject}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** What is held about a subject; no values. */
        readonly get: operations["getSubject"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/erasures": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Erase records, by themselves, by tokens, or by subject.
         * @description Name exactly one of `subject`, `ref`, `records` and `tokens`. From the reply on, nothing opens the values. It cannot be taken back. Records that were erased before are not counted again.
         */
        readonly post: operations["erase"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/erasures/{erasure}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The receipt of an erasure, as it stands now. */
        readonly get: operations["getErasure"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/types": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The data types there are for the caller’s tenant. */
        readonly get: operations["listTypes"];
        readonly put?: never;
        /**
         * Declare a data type of the tenant’s own, or a new version of one.
         * @description What is stored already stays readable, and is shown by the views of the newest version. A definition that stands already is no change. Other nodes follow within 5 seconds.
         */
        readonly post: operations["declareType"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/types/{type}/keep": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        /**
         * Keep a lesser form of a type’s values from now on, or the whole.
         * @description What is cut is cut before sealing and cannot be had back. What is stored already stays as it is. Other nodes follow within 5 seconds.
         */
        readonly put: operations["setKeep"];
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/principals": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The principals of the caller’s tenant. */
        readonly get: operations["listPrincipals"];
        readonly put?: never;
        /** Add a principal and get its API key, once. */
        readonly post: operations["addPrincipal"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/principals/{principal}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        /** Revoke a principal; its API key stops working at once. */
        readonly delete: operations["revokePrincipal"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/tenants": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Add a tenant with its first administrator.
         * @description Only an administrator of the first tenant may.
         */
        readonly post: operations["addTenant"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/audit/entries": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The audit entries of the caller’s tenant, the newest first. */
        readonly get: operations["listAuditEntries"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/status": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The state of the stores, the epoch, and work that waits. */
        readonly get: operations["getStatus"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        readonly AddPrincipalBody: {
            /**
             * @description A name for the service or post, such as `checkout` or `support-desk-2`; never a person’s own name.
             * @example checkout
             */
            readonly name: string;
            readonly role: components["schemas"]["Role"];
            /**
             * @description The purposes for which it may ask for values.
             * @default []
             */
            readonly purposes: readonly components["schemas"]["Purpose"][];
            /** @description Ties it to this audience: it gets and uses that audience’s tokens alone, and is told no record or subject ids. */
            readonly audience?: components["schemas"]["Audience"];
            /**
             * Format: date-time
             * @description When the API key stops working, UTC; absent: never.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly expiresAt?: string;
        };
        readonly AddPrincipalReply: {
            readonly principal: components["schemas"]["PrincipalId"];
            /** @description The API key. It is shown this once and kept nowhere. */
            readonly apiKey: string;
        };
        readonly AddTenantBody: {
            /**
             * @description A name for the division, such as `shop-eu`.
             * @example shop-eu
             */
            readonly name: string;
        };
        readonly AddTenantReply: {
            /** @description Id of the tenant (`ten_…`). */
            readonly tenant: string;
            /** @description The tenant’s first administrator. */
            readonly principal: components["schemas"]["PrincipalId"];
            /** @description The API key of the tenant’s first administrator. It is shown this once. */
            readonly apiKey: string;
        };
        /**
         * @description The system that tokens are for, such as `crm`: each has tokens of its own for the same record.
         * @example crm
         */
        readonly Audience: string;
        /** @description One decided call: who asked for what, why, and what came of it. Ids and closed words only. */
        readonly AuditEntry: {
            /** @description Id of the entry (`aud_…`); entries sort by it. */
            readonly entry: string;
            /**
             * Format: date-time
             * @description When the call was decided, UTC.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly at: string;
            /** @description Who called (`prn_…`), or the vault itself (`vlt_…`). */
            readonly principal: string;
            /**
             * @description What was asked for.
             * @enum {string}
             */
            readonly action: "tokenize" | "detokenize" | "verify" | "describe_token" | "mint_token" | "change_token" | "read_record" | "search" | "correct" | "erase" | "read_erasure" | "resolve_subject" | "read_subject" | "list_types" | "declare_type" | "set_keep" | "add_principal" | "list_principals" | "revoke_principal" | "add_tenant" | "read_audit" | "read_status" | "recover" | "split_root" | "replace_root" | "unseal" | "authenticate";
            /**
             * @description What came of it.
             * @enum {string}
             */
            readonly outcome: "done" | "replayed" | "refused" | "failed";
            /** @description Why it was refused or failed. */
            readonly code?: string;
            /** @description The purpose stated, where it was one of the caller’s own. */
            readonly purpose?: string;
            /** @description The widest view shown. */
            readonly view?: string;
            /** @description The records concerned (`rec_…`). */
            readonly records: readonly string[];
            /** @description The subject concerned (`sub_…`). */
            readonly subject?: string;
            /** @description The erasure ordered (`ers_…`). */
            readonly erasure?: string;
            /** @description The principal, tenant, data type or set of shares that an administrative call was about. */
            readonly target?: string;
            /** @description Whether a reason was stated. Its text is never stored. */
            readonly reasonStated: boolean;
            /** @description Id of the request (`req_…`), as in the `X-Request-Id` header of the reply. */
            readonly request: string;
        };
        /**
         * @description An entry of the audit log; entries sort by it.
         * @example aud_01m81j9hb7e5p8ejh3e1fqyhkr
         */
        readonly AuditId: string;
        readonly CorrectRecordBody: {
            /**
             * @description The right value, of the record’s data type.
             * @example jane.doe@example.com
             */
            readonly value: unknown;
            /**
             * @description Why, in the caller’s words. Kept as a MAC only: a reason shown later can be checked, none can be read.
             * @example case 4711
             */
            readonly reason?: string;
        };
        readonly CorrectRecordReply: {
            readonly record: components["schemas"]["RecordId"];
            /**
             * @description 1 for a value as first stored; grows with each correction.
             * @example 2
             */
            readonly version: number;
            /**
             * @description The masked view of the value, to show to people.
             * @example j***@example.com
             */
            readonly masked: unknown;
            /**
             * @description The lesser form that was stored, where the tenant keeps no more of this data type.
             * @example network
             */
            readonly kept?: string;
        };
        /** @description What a record must equal. */
        readonly Criterion: {
            /**
             * @description Name of a data type.
             * @example email
             */
            readonly type: string;
            /**
             * @description A part of the value to search by, such as `last4`; absent: the whole value.
             * @example domain
             */
            readonly part?: string;
            /**
             * @description What is searched for: a value of the data type, or what its part takes.
             * @example jane.doe@example.com
             */
            readonly value: unknown;
        };
        /** @description A kind of value: how it is checked, searched, shown and kept. */
        readonly DataType: {
            /**
             * @description Name of a data type.
             * @example email
             */
            readonly name: string;
            /** @description Version of the stored form; grows as a type of the tenant’s own is changed. */
            readonly version: number;
            /**
             * @description What kind of data it is, to group a list by.
             * @enum {string}
             */
            readonly category: "contact" | "payment" | "identity" | "account" | "device" | "commerce" | "text";
            /** @description What is accepted, what comes back, and what counts as the same. */
            readonly description: string;
            /** @description Whether the tenant declared it for itself. */
            readonly custom: boolean;
            /**
             * @description `record`: sealed until corrected or erased. `verifier`: can be verified, never revealed. `window`: in no store; the token opens once, within minutes.
             * @enum {string}
             */
            readonly custody: "record" | "verifier" | "window";
            /** @description How values are found: by equality of the whole, unless `spread` is `none`, and by parts. */
            readonly search: {
                /**
                 * @description `unique`: nearly everybody has another; `shared`: many have the same; `none`: not searchable.
                 * @enum {string}
                 */
                readonly spread: "unique" | "shared" | "none";
                /** @description Parts by which values are found besides. */
                readonly parts: readonly components["schemas"]["SearchPart"][];
            };
            /** @description The views it offers, the widest first. */
            readonly views: readonly string[];
            /** @description The token formats it offers: `random`, `uuid`, and those shaped like the value. Empty for `window`. */
            readonly formats: readonly string[];
            /** @description The lesser forms that a tenant may choose to keep. */
            readonly keeps: readonly components["schemas"]["Keep"][];
            /** @description The lesser form the tenant keeps; absent: the whole value. */
            readonly keep?: string;
            /**
             * @description JSON Schema of what is sent.
             * @example {
             *       "type": "string"
             *     }
             */
            readonly input: {
                readonly [key: string]: unknown;
            };
            /**
             * @description Values it accepts; of no real person.
             * @example [
             *       "jane.doe@example.com"
             *     ]
             */
            readonly examples: readonly unknown[];
            /** @description What was declared, of a type of the tenant’s own. */
            readonly definition?: {
                /**
                 * @description Begins with `x_`, which keeps it apart from the types of this release and of every later one.
                 * @example x_staff_badge
                 */
                readonly name: string;
                /** @description One sentence for the catalogue: what is accepted, what comes back, what counts as the same. */
                readonly description: string;
                /**
                 * @description What kind of data it is, to group a list by.
                 * @enum {string}
                 */
                readonly category: "contact" | "payment" | "identity" | "account" | "device" | "commerce" | "text";
                /**
                 * @description A line of text.
                 * @constant
                 */
                readonly base: "text";
                /** @description The longest stored form, in code points. */
                readonly maxLength: number;
                /**
                 * @description What the stored form looks like as a whole: a regular expression in the syntax of RE2.
                 * @example [A-Z]{2}[0-9]{6}
                 */
                readonly pattern?: string;
                /**
                 * @description How the stored form is made, in this order. Trimming, single spaces and Unicode NFC go without saying.
                 * @default []
                 */
                readonly normalise: readonly ("fold_width" | "upper" | "lower" | "remove_spaces" | "remove_separators")[];
                /**
                 * @description What two values may differ in and still be the same for search.
                 * @default []
                 */
                readonly compare: readonly ("ignore_width" | "ignore_case" | "ignore_spaces" | "ignore_separators")[];
                /**
                 * @description How values are searched: `unique` and `shared` make an index, `none` makes none.
                 * @default none
                 * @enum {string}
                 */
                readonly spread: "unique" | "shared" | "none";
                /**
                 * @description How many different values there are, about. An index needs at least 4,096.
                 * @example 1000000
                 */
                readonly distinct?: number;
                /**
                 * @description The views besides `plain`, the widest first, `masked` among them: each a mask such as `{first:2}****{last:4}`. All together never show more than half of a value.
                 * @example {
                 *       "masked": "****{last:3}"
                 *     }
                 */
                readonly views: {
                    readonly [key: string]: string;
                };
                /**
                 * @description Shaped token formats to offer. `digits` needs a pattern, to tell tokens from values.
                 * @default []
                 */
                readonly formats: readonly "digits"[];
                /**
                 * @description Values it accepts; of no real person.
                 * @example [
                 *       "AB123456"
                 *     ]
                 */
                readonly examples: readonly string[];
            } | {
                /**
                 * @description Begins with `x_`, which keeps it apart from the types of this release and of every later one.
                 * @example x_staff_badge
                 */
                readonly name: string;
                /** @description One sentence for the catalogue: what is accepted, what comes back, what counts as the same. */
                readonly description: string;
                /**
                 * @description What kind of data it is, to group a list by.
                 * @enum {string}
                 */
                readonly category: "contact" | "payment" | "identity" | "account" | "device" | "commerce" | "text";
                /**
                 * @description Any JSON, up to 64 KiB.
                 * @constant
                 */
                readonly base: "document";
                /**
                 * @description The views besides `plain`, the widest first: pointers to parts; `masked`, if it is there, constant text.
                 * @default {}
                 * @example {
                 *       "total": {
                 *         "pointer": "/total"
                 *       }
                 *     }
                 */
                readonly views: {
                    readonly [key: string]: string | {
                        /**
                         * @description JSON Pointer (RFC 6901) to the part that the view shows.
                         * @example /total
                         */
                        readonly pointer: string;
                    };
                };
                /**
                 * @description Values it accepts; of no real person.
                 * @example [
                 *       {
                 *         "total": "19.90 EUR"
                 *       }
                 *     ]
                 */
                readonly examples: readonly unknown[];
            };
        };
        /** @description A data type of the tenant’s own: of text or, with the base `document`, of JSON. */
        readonly DeclareTypeBody: {
            /**
             * @description Begins with `x_`, which keeps it apart from the types of this release and of every later one.
             * @example x_staff_badge
             */
            readonly name: string;
            /** @description One sentence for the catalogue: what is accepted, what comes back, what counts as the same. */
            readonly description: string;
            /**
             * @description What kind of data it is, to group a list by.
             * @enum {string}
             */
            readonly category: "contact" | "payment" | "identity" | "account" | "device" | "commerce" | "text";
            /**
             * @description A line of text.
             * @constant
             */
            readonly base: "text";
            /** @description The longest stored form, in code points. */
            readonly maxLength: number;
            /**
             * @description What the stored form looks like as a whole: a regular expression in the syntax of RE2.
             * @example [A-Z]{2}[0-9]{6}
             */
            readonly pattern?: string;
            /**
             * @description How the stored form is made, in this order. Trimming, single spaces and Unicode NFC go without saying.
             * @default []
             */
            readonly normalise: readonly ("fold_width" | "upper" | "lower" | "remove_spaces" | "remove_separators")[];
            /**
             * @description What two values may differ in and still be the same for search.
             * @default []
             */
            readonly compare: readonly ("ignore_width" | "ignore_case" | "ignore_spaces" | "ignore_separators")[];
            /**
             * @description How values are searched: `unique` and `shared` make an index, `none` makes none.
             * @default none
             * @enum {string}
             */
            readonly spread: "unique" | "shared" | "none";
            /**
             * @description How many different values there are, about. An index needs at least 4,096.
             * @example 1000000
             */
            readonly distinct?: number;
            /**
             * @description The views besides `plain`, the widest first, `masked` among them: each a mask such as `{first:2}****{last:4}`. All together never show more than half of a value.
             * @example {
             *       "masked": "****{last:3}"
             *     }
             */
            readonly views: {
                readonly [key: string]: string;
            };
            /**
             * @description Shaped token formats to offer. `digits` needs a pattern, to tell tokens from values.
             * @default []
             */
            readonly formats: readonly "digits"[];
            /**
             * @description Values it accepts; of no real person.
             * @example [
             *       "AB123456"
             *     ]
             */
            readonly examples: readonly string[];
        } | {
            /**
             * @description Begins with `x_`, which keeps it apart from the types of this release and of every later one.
             * @example x_staff_badge
             */
            readonly name: string;
            /** @description One sentence for the catalogue: what is accepted, what comes back, what counts as the same. */
            readonly description: string;
            /**
             * @description What kind of data it is, to group a list by.
             * @enum {string}
             */
            readonly category: "contact" | "payment" | "identity" | "account" | "device" | "commerce" | "text";
            /**
             * @description Any JSON, up to 64 KiB.
             * @constant
             */
            readonly base: "document";
            /**
             * @description The views besides `plain`, the widest first: pointers to parts; `masked`, if it is there, constant text.
             * @default {}
             * @example {
             *       "total": {
             *         "pointer": "/total"
             *       }
             *     }
             */
            readonly views: {
                readonly [key: string]: string | {
                    /**
                     * @description JSON Pointer (RFC 6901) to the part that the view shows.
                     * @example /total
                     */
                    readonly pointer: string;
                };
            };
            /**
             * @description Values it accepts; of no real person.
             * @example [
             *       {
             *         "total": "19.90 EUR"
             *       }
             *     ]
             */
            readonly examples: readonly unknown[];
        };
        readonly DetokenizeBody: {
            /** @description The tokens to exchange. */
            readonly tokens: readonly components["schemas"]["Token"][];
            readonly purpose: components["schemas"]["Purpose"];
            /** @description The view wanted; absent: the widest the caller may see. */
            readonly view?: components["schemas"]["View"];
            /**
             * @description Why, in the caller’s words. Kept as a MAC only: a reason shown later can be checked, none can be read.
             * @example case 4711
             */
            readonly reason?: string;
        };
        readonly DetokenizeReply: {
            /** @description One for each token, in the order of the tokens. */
            readonly results: readonly components["schemas"]["Revealed"][];
        };
        /** @description What to erase: exactly one of `subject`, `ref`, `records` and `tokens`. */
        readonly EraseBody: {
            /** @description Erase everything about this subject. */
            readonly subject?: components["schemas"]["SubjectId"];
            /** @description Erase everything about the subject of this ref. */
            readonly ref?: components["schemas"]["Ref"];
            /** @description Erase these records. */
            readonly records?: readonly components["schemas"]["RecordId"][];
            /** @description Erase the records of these tokens. */
            readonly tokens?: readonly components["schemas"]["Token"][];
            /**
             * @description Why, in the caller’s words. Kept as a MAC only: a reason shown later can be checked, none can be read.
             * @example case 4711
             */
            readonly reason?: string;
        };
        /**
         * @description An erasure that was ordered.
         * @example ers_01m83rdet0ehaadnnnnhek1nfv
         */
        readonly ErasureId: string;
        /** @description What an erasure has done so far. */
        readonly ErasureReceipt: {
            readonly erasure: components["schemas"]["ErasureId"];
            /**
             * @description `ordered`: nothing opens it any more, and keys are being destroyed. `completed`: they are destroyed.
             * @enum {string}
             */
            readonly state: "ordered" | "completed";
            /** @description How many records were erased. */
            readonly records: number;
            /** @description The subject, where one was erased as a whole. */
            readonly subject?: components["schemas"]["SubjectId"];
            /**
             * Format: date-time
             * @description Since when nothing opens the values, UTC.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly orderedAt: string;
            /**
             * Format: date-time
             * @description When the keys were destroyed in the live key store.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly shreddedAt?: string;
            /**
             * Format: date-time
             * @description When ciphertext and index rows were gone, too.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly completedAt?: string;
        };
        readonly ExtendTokenBody: {
            /**
             * @description For how long the token can be used, from now.
             * @example 3600
             */
            readonly ttlSeconds?: number;
            /**
             * @description How often the token can be exchanged: each reveal takes one, of a masked view, too.
             * @example 1
             */
            readonly uses?: number;
        };
        readonly ExtendTokenReply: {
            readonly token: components["schemas"]["Token"];
            /**
             * @description What it looks like; `foreign`: it was brought along from another vault.
             * @example random
             * @enum {string}
             */
            readonly format: "random" | "uuid" | "card" | "digits" | "email" | "phone" | "iban" | "foreign";
            /** @description The system it is for; absent: none in particular. */
            readonly audience?: components["schemas"]["Audience"];
            /**
             * Format: date-time
             * @description When the token ends, UTC; absent: never.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly expiresAt?: string;
            /**
             * @description How often it can still be exchanged; absent: without limit.
             * @example 1
             */
            readonly usesLeft?: number;
        };
        /** @description A record whose value equals the one searched for. */
        readonly Found: {
            readonly token: components["schemas"]["Token"];
            /** @description Not told to a caller that is tied to an audience. */
            readonly record?: components["schemas"]["RecordId"];
            /** @description Not told to a caller that is tied to an audience. */
            readonly subject?: components["schemas"]["SubjectId"];
            /**
             * @description The app’s word for this value among a subject’s values, such as `billing`. Stored in the clear.
             * @example billing
             */
            readonly label?: string;
            /**
             * @description The masked view of the value, to show to people.
             * @example j***@example.com
             */
            readonly masked: unknown;
        };
        readonly GetStatusReply: {
            /** @description Where ciphertext, tokens and the audit log are. */
            readonly recordStore: {
                /**
                 * @description The database engine.
                 * @enum {string}
                 */
                readonly engine: "sqlite" | "postgres";
                /**
                 * @description Whether it answered just now.
                 * @example true
                 */
                readonly reachable: boolean;
            };
            /** @description Where the wrapped keys and blind indexes are. */
            readonly keyStore: {
                /**
                 * @description The database engine.
                 * @enum {string}
                 */
                readonly engine: "sqlite" | "postgres";
                /**
                 * @description Whether it answered just now.
                 * @example true
                 */
                readonly reachable: boolean;
            };
            /**
             * @description The current epoch.
             * @example 1
             */
            readonly epoch: number;
            /** @description Buckets that lost a record since and get a new key when the epoch closes; up to 1,000. */
            readonly dirtyBuckets: number;
            /** @description Erasures ordered and not completed; up to 1,000. */
            readonly unfinishedErasures: number;
        };
        readonly GetSubjectReply: {
            readonly subject: components["schemas"]["SubjectId"];
            /**
             * Format: date-time
             * @description When the vault first heard of the subject, UTC.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly createdAt: string;
            /** @description In the order the values were stored. */
            readonly records: readonly components["schemas"]["Record"][];
            /** @description Whether further records follow; ask again with `after`. */
            readonly more: boolean;
        };
        /** @description A lesser form in which a tenant may have values kept. */
        readonly Keep: {
            /** @description The word by which the lesser form is chosen. */
            readonly name: string;
            /** @description What is left of a value. */
            readonly description: string;
        };
        readonly ListAuditEntriesReply: {
            /** @description The newest first. */
            readonly entries: readonly components["schemas"]["AuditEntry"][];
            /** @description Whether older entries follow; ask again with `before`. */
            readonly more: boolean;
        };
        readonly ListPrincipalsReply: {
            /** @description In the order they were added. */
            readonly principals: readonly components["schemas"]["Principal"][];
            /** @description Whether further principals follow; ask again with `after`. */
            readonly more: boolean;
        };
        readonly ListTypesReply: {
            /** @description Those of the house in their order, then the tenant’s own by name. */
            readonly types: readonly components["schemas"]["DataType"][];
        };
        readonly MintTokenBody: {
            /** @description The record that the token is to stand for. */
            readonly record: components["schemas"]["RecordId"];
            readonly format?: components["schemas"]["TokenFormat"];
            readonly audience?: components["schemas"]["Audience"];
            /**
             * @description For how long the token can be used, from now.
             * @example 3600
             */
            readonly ttlSeconds?: number;
            /**
             * @description How often the token can be exchanged: each reveal takes one, of a masked view, too.
             * @example 1
             */
            readonly uses?: number;
            /** @description A token that stood for the value elsewhere, to be taken over. */
            readonly token?: components["schemas"]["Token"];
        };
        readonly MintTokenReply: {
            readonly token: components["schemas"]["Token"];
            /**
             * @description What it looks like; `foreign`: it was brought along from another vault.
             * @example random
             * @enum {string}
             */
            readonly format: "random" | "uuid" | "card" | "digits" | "email" | "phone" | "iban" | "foreign";
            /** @description The system it is for; absent: none in particular. */
            readonly audience?: components["schemas"]["Audience"];
            /**
             * Format: date-time
             * @description When the token ends, UTC; absent: never.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly expiresAt?: string;
            /**
             * @description How often it can still be exchanged; absent: without limit.
             * @example 1
             */
            readonly usesLeft?: number;
        };
        /**
         * Not revealed
         * @description A token that was not revealed, and why.
         */
        readonly NotRevealed: {
            readonly token: components["schemas"]["Token"];
            /** @description Why this token was not revealed. */
            readonly error: {
                /**
                 * @description `token_not_found`, `token_expired`, `token_used_up`, `token_revoked`, `record_erased`, `not_allowed`, `never_revealed` or `unknown_view`; more may come.
                 * @example record_erased
                 */
                readonly code: string;
            };
        };
        /** @description Who may call: a service, or a post that people hold. */
        readonly Principal: {
            readonly principal: components["schemas"]["PrincipalId"];
            /**
             * @description A name for the service or post, such as `checkout` or `support-desk-2`; never a person’s own name.
             * @example checkout
             */
            readonly name: string;
            readonly role: components["schemas"]["Role"];
            /** @description The purposes for which it may ask for values. */
            readonly purposes: readonly components["schemas"]["Purpose"][];
            /** @description The only audience whose tokens it can use; absent: all. */
            readonly audience?: components["schemas"]["Audience"];
            /**
             * Format: date-time
             * @description When it was added, UTC.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly createdAt: string;
            /**
             * Format: date-time
             * @description When its API key stops working; absent: never.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly expiresAt?: string;
            /**
             * Format: date-time
             * @description Since when its API key no longer works; absent: it does.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly revokedAt?: string;
        };
        /**
         * @description Who calls.
         * @example prn_01m6dqs9m0eeasnng3fhdnxktn
         */
        readonly PrincipalId: string;
        /** @description What went wrong (RFC 9457). */
        readonly Problem: {
            /** @description Where the problem is described. */
            readonly type: string;
            /** @description What the code means. */
            readonly title: string;
            /** @description The HTTP status. */
            readonly status: number;
            /**
             * @description The problem, for programs; stable.
             * @enum {string}
             */
            readonly code: "malformed_request" | "unauthenticated" | "not_allowed" | "purpose_not_allowed" | "never_revealed" | "route_not_found" | "method_not_allowed" | "token_not_found" | "record_not_found" | "subject_not_found" | "erasure_not_found" | "principal_not_found" | "concurrent_change" | "api_key_already_shown" | "own_principal" | "type_base_fixed" | "too_many_types" | "too_many_versions" | "tenant_exists" | "unfit_root_key" | "share_repeated" | "shares_disagree" | "already_exists" | "token_taken" | "token_expired" | "token_used_up" | "token_revoked" | "record_erased" | "subject_erased" | "body_too_large" | "unsupported_media_type" | "invalid_request" | "invalid_value" | "unknown_type" | "unknown_keep" | "invalid_definition" | "low_entropy_index" | "unknown_view" | "not_searchable" | "unknown_part" | "option_not_offered" | "token_format_not_offered" | "invalid_token" | "invalid_share_count" | "share_typo" | "share_foreign" | "share_wrong" | "too_many_shares" | "too_many_attempts" | "idempotency_key_reused" | "integrity_failure" | "internal_error" | "store_unavailable" | "key_unavailable" | "shutting_down" | "sealed" | "unseal_failed" | "overloaded";
            /** @description The problem, for people. */
            readonly detail: string;
            /** @description The place in the request that is at fault, such as `items/3/value.number`. */
            readonly field?: string;
            /** @description Id of the request, as in the log and the audit entry. */
            readonly request: string;
        };
        /**
         * @description Why the values are asked for: a word in lower case, such as `billing`.
         * @example billing
         */
        readonly Purpose: string;
        /** @description A stored value, described without showing it. */
        readonly Record: {
            readonly record: components["schemas"]["RecordId"];
            readonly subject?: components["schemas"]["SubjectId"];
            /**
             * @description Name of a data type.
             * @example email
             */
            readonly type: string;
            /**
             * @description The app’s word for this value among a subject’s values, such as `billing`. Stored in the clear.
             * @example billing
             */
            readonly label?: string;
            /**
             * @description 1 for a value as first stored; grows with each correction.
             * @example 1
             */
            readonly version: number;
            /**
             * Format: date-time
             * @description When the value was first stored, UTC.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly createdAt: string;
            /**
             * Format: date-time
             * @description When the value was stored or last corrected, UTC.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly updatedAt: string;
            /** @description The tokens that stand for it; none that has ended. */
            readonly tokens: readonly components["schemas"]["Token"][];
        };
        /** @description A stored value and its tokens, described without showing it. */
        readonly RecordDescription: {
            readonly record: components["schemas"]["RecordId"];
            readonly subject?: components["schemas"]["SubjectId"];
            /**
             * @description Name of a data type.
             * @example email
             */
            readonly type: string;
            /**
             * @description The app’s word for this value among a subject’s values, such as `billing`. Stored in the clear.
             * @example billing
             */
            readonly label?: string;
            /**
             * @description 1 for a value as first stored; grows with each correction.
             * @example 1
             */
            readonly version: number;
            /**
             * Format: date-time
             * @description When the value was first stored, UTC.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly createdAt: string;
            /**
             * Format: date-time
             * @description When the value was stored or last corrected, UTC.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly updatedAt: string;
            /** @description Its tokens, the oldest first. */
            readonly tokens: readonly components["schemas"]["TokenFacts"][];
        };
        /**
         * @description A stored value of one data type.
         * @example rec_01m81j18g0e329asxkdep5tmtc
         */
        readonly RecordId: string;
        /**
         * @description The app’s own name for a subject, such as a customer number. Kept as a MAC only.
         * @example cust_42
         */
        readonly Ref: string;
        readonly ResolveSubjectBody: {
            readonly ref: components["schemas"]["Ref"];
        };
        readonly ResolveSubjectReply: {
            readonly subject: components["schemas"]["SubjectId"];
        };
        /** @description The answer for one token: its value, or why there is none. */
        readonly Revealed: components["schemas"]["RevealedValue"] | components["schemas"]["NotRevealed"];
        /**
         * Revealed
         * @description A token and the value it stands for.
         */
        readonly RevealedValue: {
            readonly token: components["schemas"]["Token"];
            /**
             * @description Name of a data type.
             * @example email
             */
            readonly type: string;
            /** @description The view that `value` is. */
            readonly view: components["schemas"]["View"];
            /**
             * @description The value, as far as `view` shows it.
             * @example jane.doe@example.com
             */
            readonly value: unknown;
        };
        readonly RevokePrincipalReply: {
            readonly principal: components["schemas"]["PrincipalId"];
            /**
             * Format: date-time
             * @description Since when its API key no longer works, UTC.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly revokedAt: string;
        };
        readonly RevokeTokenReply: {
            readonly token: components["schemas"]["Token"];
            /**
             * Format: date-time
             * @description Since when it cannot be used, UTC.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly revokedAt: string;
        };
        /**
         * @description What the principal may do; see the README for each role.
         * @enum {string}
         */
        readonly Role: "admin" | "app" | "support" | "auditor" | "security";
        readonly SearchBody: {
            /**
             * @description Name of a data type.
             * @example email
             */
            readonly type: string;
            /**
             * @description A part of the value to search by, such as `last4`; absent: the whole value.
             * @example domain
             */
            readonly part?: string;
            /**
             * @description What is searched for: a value of the data type, or what its part takes.
             * @example jane.doe@example.com
             */
            readonly value: unknown;
            /** @description What the same subject must have besides, such as a date of birth, among its first 100 values of that type. Put the rarest first, in `value`. */
            readonly and?: readonly components["schemas"]["Criterion"][];
            readonly purpose: components["schemas"]["Purpose"];
            /**
             * @description Why, in the caller’s words. Kept as a MAC only: a reason shown later can be checked, none can be read.
             * @example case 4711
             */
            readonly reason?: string;
            /**
             * @description The `next` of the page before.
             * @example …
             */
            readonly after?: string;
            /** @description How many results a page holds at most; absent: 100. */
            readonly limit?: number;
        };
        /** @description A part of a value, or a combination of parts, by which values are found. */
        readonly SearchPart: {
            /** @description The word by which a search names the part. */
            readonly name: string;
            /** @description What is looked for. */
            readonly description: string;
            /**
             * @description `unique`: nearly everybody has another; `shared`: many have the same; `none`: not searchable.
             * @enum {string}
             */
            readonly spread: "unique" | "shared" | "none";
            /**
             * @description JSON Schema of what is sent.
             * @example {
             *       "type": "string"
             *     }
             */
            readonly input: {
                readonly [key: string]: unknown;
            };
            /**
             * @description Values it accepts; of no real person.
             * @example [
             *       "jane.doe@example.com"
             *     ]
             */
            readonly examples: readonly unknown[];
        };
        readonly SearchReply: {
            /** @description In the order the values were stored. */
            readonly results: readonly components["schemas"]["Found"][];
            /** @description Whether there may be more; ask again with `after`. */
            readonly more: boolean;
            /**
             * @description Where the next page begins.
             * @example …
             */
            readonly next?: string;
        };
        readonly SetKeepBody: {
            /**
             * @description The lesser form in which values are kept from now on; null: the whole value.
             * @example network
             */
            readonly keep: string | null;
        };
        /**
         * @description The person the data is about.
         * @example sub_01m81j18g0ewqr325zy4z929z5
         */
        readonly SubjectId: string;
        /**
         * @description What an app stores in place of the value.
         * @example tok_zf5jjpn14gm6hfwqd6wnx5xtezs9cnyh
         */
        readonly Token: string;
        /** @description What a token stands for, without its value. */
        readonly TokenDescription: {
            readonly token: components["schemas"]["Token"];
            /**
             * @description What it looks like; `foreign`: it was brought along from another vault.
             * @example random
             * @enum {string}
             */
            readonly format: "random" | "uuid" | "card" | "digits" | "email" | "phone" | "iban" | "foreign";
            /** @description The system it is for; absent: none in particular. */
            readonly audience?: components["schemas"]["Audience"];
            /**
             * Format: date-time
             * @description When the token ends, UTC; absent: never.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly expiresAt?: string;
            /**
             * @description How often it can still be exchanged; absent: without limit.
             * @example 1
             */
            readonly usesLeft?: number;
            /** @description Not told to a caller that is tied to an audience. */
            readonly record?: components["schemas"]["RecordId"];
            /** @description Not told to a caller that is tied to an audience. */
            readonly subject?: components["schemas"]["SubjectId"];
            /**
             * @description Name of a data type.
             * @example email
             */
            readonly type: string;
            /**
             * @description The app’s word for this value among a subject’s values, such as `billing`. Stored in the clear.
             * @example billing
             */
            readonly label?: string;
            /**
             * @description 1 for a value as first stored; grows with each correction. Not told to a caller that is tied to an audience.
             * @example 1
             */
            readonly version?: number;
            /**
             * Format: date-time
             * @description When the value was first stored, UTC. Not told to a caller that is tied to an audience.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly createdAt?: string;
            /**
             * Format: date-time
             * @description When the value was stored or last corrected, UTC. Not told to a caller that is tied to an audience.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly updatedAt?: string;
        };
        /** @description A token of a record. */
        readonly TokenFacts: {
            readonly token: components["schemas"]["Token"];
            /**
             * @description What it looks like; `foreign`: it was brought along from another vault.
             * @example random
             * @enum {string}
             */
            readonly format: "random" | "uuid" | "card" | "digits" | "email" | "phone" | "iban" | "foreign";
            /** @description The system it is for; absent: none in particular. */
            readonly audience?: components["schemas"]["Audience"];
            /**
             * Format: date-time
             * @description When the token ends, UTC; absent: never.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly expiresAt?: string;
            /**
             * @description How often it can still be exchanged; absent: without limit.
             * @example 1
             */
            readonly usesLeft?: number;
            /**
             * @description Whether it can be used, or why not; one that has ended is listed until it is swept.
             * @enum {string}
             */
            readonly state: "live" | "expired" | "used_up" | "revoked";
        };
        /**
         * @description What the token looks like; GET /v1/types lists what each data type offers. Absent: `random`.
         * @example random
         * @enum {string}
         */
        readonly TokenFormat: "random" | "uuid" | "card" | "digits" | "email" | "phone" | "iban";
        readonly TokenizeBody: {
            /** @description The values to store, all or none. */
            readonly items: readonly components["schemas"]["TokenizeItem"][];
        };
        /** @description A value to store, its data type, and the person it is about. */
        readonly TokenizeItem: {
            /**
             * @description Name of a data type.
             * @example email
             */
            readonly type: string;
            /**
             * @description A value as its data type takes it; GET /v1/types describes each.
             * @example jane.doe@example.com
             */
            readonly value: unknown;
            /** @description The person: the app’s ref, or a subject id (`sub_…`). */
            readonly subject?: components["schemas"]["Ref"];
            /**
             * @description The app’s word for this value among a subject’s values, such as `billing`. Stored in the clear.
             * @example billing
             */
            readonly label?: string;
            readonly format?: components["schemas"]["TokenFormat"];
            /** @description The system that the token is for; absent: the caller’s own, if any. */
            readonly audience?: components["schemas"]["Audience"];
            /**
             * @description For how long the token can be used, from now.
             * @example 3600
             */
            readonly ttlSeconds?: number;
            /**
             * @description How often the token can be exchanged: each reveal takes one, of a masked view, too.
             * @example 1
             */
            readonly uses?: number;
            /** @description Whether an equal value, of the same type, subject, audience and format, gets the token it had before. Equal is what search finds (cards of one number); the value that was stored first stays. */
            readonly reuse?: boolean;
            /** @description A token that stood for the value in another vault, to be kept. */
            readonly token?: components["schemas"]["Token"];
        };
        readonly TokenizeReply: {
            /** @description One for each item, in the order of the items. */
            readonly results: readonly components["schemas"]["Tokenized"][];
        };
        /** @description What to keep in place of the value. */
        readonly Tokenized: {
            readonly token: components["schemas"]["Token"];
            /** @description The stored value; absent for one that is in no store. Not told to a caller that is tied to an audience. */
            readonly record?: components["schemas"]["RecordId"];
            /** @description The person the value is about. Not told to a caller that is tied to an audience. */
            readonly subject?: components["schemas"]["SubjectId"];
            /**
             * @description The masked view of the value, to show to people.
             * @example j***@example.com
             */
            readonly masked: unknown;
            /**
             * Format: date-time
             * @description When the token ends, UTC; absent: never.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly expiresAt?: string;
            /**
             * @description The lesser form that was stored, where the tenant keeps no more of this data type.
             * @example network
             */
            readonly kept?: string;
            /**
             * @description Whether the value was stored by this call.
             * @example true
             */
            readonly created: boolean;
        };
        readonly VerifyBody: {
            readonly token: components["schemas"]["Token"];
            /**
             * @description What may be the right value, such as the password that somebody typed.
             * @example jane.doe@example.com
             */
            readonly value: unknown;
        };
        readonly VerifyReply: {
            /**
             * @description Whether it is.
             * @example true
             */
            readonly verified: boolean;
        };
        /**
         * @description How much to show: `plain`, `masked`, or a narrower view of the data type.
         * @example masked
         */
        readonly View: string;
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    readonly tokenize: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes a repeated call safe: with the same key and the same request, within 24 hours, the work is done once and the answer is the same. Visible ASCII, such as a random UUID; not personal data. */
                readonly "Idempotency-Key"?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["TokenizeBody"];
            };
        };
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 200: {
                headers: {
                    /** @description Id of the request, as in the log and the audit entry. */
                    readonly "X-Request-Id"?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["TokenizeReply"];
                };
            };
        };
    };
    readonly detokenize: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["DetokenizeBody"];
            };
        };
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 200: {
                headers: {
                    /** @description Id of the request, as in the log and the audit entry. */
                    readonly "X-Request-Id"?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DetokenizeReply"];
                };
            };
        };
    };
    readonly search: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["SearchBody"];
            };
        };
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 200: {
                headers: {
                    /** @description Id of the request, as in the log and the audit entry. */
                    readonly "X-Request-Id"?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["SearchReply"];
                };
            };
        };
    };
    readonly verify: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["VerifyBody"];
            };
        };
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 200: {
                headers: {
                    /** @description Id of the request, as in the log and the audit entry. */
                    readonly "X-Request-Id"?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["VerifyReply"];
                };
            };
        };
    };
    readonly describeToken: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description What an app stores in place of the value. */
                readonly token: components["schemas"]["Token"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 200: {
                headers: {
                    /** @description Id of the request, as in the log and the audit entry. */
                    readonly "X-Request-Id"?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["TokenDescription"];
                };
            };
        };
    };
    readonly revokeToken: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description What an app stores in place of the value. */
                readonly token: components["schemas"]["Token"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 200: {
                headers: {
                    /** @description Id of the request, as in the log and the audit entry. */
                    readonly "X-Request-Id"?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["RevokeTokenReply"];
                };
            };
        };
    };
    readonly extendToken: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes a repeated call safe: with the same key and the same request, within 24 hours, the work is done once and the answer is the same. Visible ASCII, such as a random UUID; not personal data. */
                readonly "Idempotency-Key"?: string;
            };
            readonly path: {
                /** @description What an app stores in place of the value. */
                readonly token: components["schemas"]["Token"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["ExtendTokenBody"];
            };
        };
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 200: {
                headers: {
                    /** @description Id of the request, as in the log and the audit entry. */
                    readonly "X-Request-Id"?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ExtendTokenReply"];
                };
            };
        };
    };
    readonly mintToken: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes a repeated call safe: with the same key and the same request, within 24 hours, the work is done once and the answer is the same. Visible ASCII, such as a random UUID; not personal data. */
                readonly "Idempotency-Key"?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["MintTokenBody"];
            };
        };
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 201: {
                headers: {
                    /** @description Id of the request, as in the log and the audit entry. */
                    readonly "X-Request-Id"?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["MintTokenReply"];
                };
            };
        };
    };
    readonly describeRecord: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description A stored value of one data type. */
                readonly record: components["schemas"]["RecordId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 200: {
                headers: {
                    /** @description Id of the request, as in the log and the audit entry. */
                    readonly "X-Request-Id"?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["RecordDescription"];
                };
            };
        };
    };
    readonly correctRecord: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes a repeated call safe: with the same key and the same request, within 24 hours, the work is done once and the answer is the same. Visible ASCII, such as a random UUID; not personal data. */
                readonly "Idempotency-Key"?: string;
            };
            readonly path: {
                /** @description A stored value of one data type. */
                readonly record: components["schemas"]["RecordId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["CorrectRecordBody"];
            };
        };
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 200: {
                headers: {
                    /** @description Id of the request, as in the log and the audit entry. */
                    readonly "X-Request-Id"?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["CorrectRecordReply"];
                };
            };
        };
    };
    readonly resolveSubject: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["ResolveSubjectBody"];
            };
        };
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 200: {
                headers: {
                    /** @description Id of the request, as in the log and the audit entry. */
                    readonly "X-Request-Id"?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ResolveSubjectReply"];
                };
            };
        };
    };
    readonly getSubject: {
        readonly parameters: {
            readonly query?: {
                /** @description The last record of the page before. */
                readonly after?: components["schemas"]["RecordId"];
                /** @description How many records a page holds at most. */
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path: {
                /** @description The person the data is about. */
                readonly subject: components["schemas"]["SubjectId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 200: {
                headers: {
                    /** @description Id of the request, as in the log and the audit entry. */
                    readonly "X-Request-Id"?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["GetSubjectReply"];
                };
            };
        };
    };
    readonly erase: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes a repeated call safe: with the same key and the same request, within 24 hours, the work is done once and the answer is the same. Visible ASCII, such as a random UUID; not personal data. */
                readonly "Idempotency-Key"?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["EraseBody"];
            };
        };
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 201: {
                headers: {
                    /** @description Id of the request, as in the log and the audit entry. */
                    readonly "X-Request-Id"?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErasureReceipt"];
                };
            };
        };
    };
    readonly getErasure: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description An erasure that was ordered. */
                readonly erasure: components["schemas"]["ErasureId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 200: {
                headers: {
                    /** @description Id of the request, as in the log and the audit entry. */
                    readonly "X-Request-Id"?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ErasureReceipt"];
                };
            };
        };
    };
    readonly listTypes: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 200: {
                headers: {
                    /** @description Id of the request, as in the log and the audit entry. */
                    readonly "X-Request-Id"?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ListTypesReply"];
                };
            };
        };
    };
    readonly declareType: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes a repeated call safe: with the same key and the same request, within 24 hours, the work is done once and the answer is the same. Visible ASCII, such as a random UUID; not personal data. */
                readonly "Idempotency-Key"?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["DeclareTypeBody"];
            };
        };
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 201: {
                headers: {
                    /** @description Id of the request, as in the log and the audit entry. */
                    readonly "X-Request-Id"?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DataType"];
                };
            };
        };
    };
    readonly setKeep: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description Name of a data type. */
                readonly type: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["SetKeepBody"];
            };
        };
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 200: {
                headers: {
                    /** @description Id of the request, as in the log and the audit entry. */
                    readonly "X-Request-Id"?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DataType"];
                };
            };
        };
    };
    readonly listPrincipals: {
        readonly parameters: {
            readonly query?: {
                /** @description The last principal of the page before. */
                readonly after?: components["schemas"]["PrincipalId"];
                /** @description How many principals a page holds at most. */
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 200: {
                headers: {
                    /** @description Id of the request, as in the log and the audit entry. */
                    readonly "X-Request-Id"?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ListPrincipalsReply"];
                };
            };
        };
    };
    readonly addPrincipal: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes a repeated call safe: with the same key and the same request, within 24 hours, the work is done once and the answer is the same. Visible ASCII, such as a random UUID; not personal data. */
                readonly "Idempotency-Key"?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["AddPrincipalBody"];
            };
        };
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 201: {
                headers: {
                    /** @description Id of the request, as in the log and the audit entry. */
                    readonly "X-Request-Id"?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AddPrincipalReply"];
                };
            };
        };
    };
    readonly revokePrincipal: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description Who calls. */
                readonly principal: components["schemas"]["PrincipalId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 200: {
                headers: {
                    /** @description Id of the request, as in the log and the audit entry. */
                    readonly "X-Request-Id"?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["RevokePrincipalReply"];
                };
            };
        };
    };
    readonly addTenant: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["AddTenantBody"];
            };
        };
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 201: {
                headers: {
                    /** @description Id of the request, as in the log and the audit entry. */
                    readonly "X-Request-Id"?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AddTenantReply"];
                };
            };
        };
    };
    readonly listAuditEntries: {
        readonly parameters: {
            readonly query?: {
                /** @description The last entry of the page before. */
                readonly before?: components["schemas"]["AuditId"];
                /** @description How many entries a page holds at most. */
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 200: {
                headers: {
                    /** @description Id of the request, as in the log and the audit entry. */
                    readonly "X-Request-Id"?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ListAuditEntriesReply"];
                };
            };
        };
    };
    readonly getStatus: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 200: {
                headers: {
                    /** @description Id of the request, as in the log and the audit entry. */
                    readonly "X-Request-Id"?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["GetStatusReply"];
                };
            };
        };
    };
}
