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
         * @description All or nothing: one refused item refuses the request, and `errors` names all that is wrong, as `items/<n>/…`. Items with the same `subject` belong to one person. The plain value is not sent back; `masked` is for people to recognise it by. A token may be asked for in another `format`, for an `audience`, for a time or a number of uses, or be brought along; with `reuse` an equal value gets the token it had before, which is asked for a `purpose`, as a search is. So is a value of a type that is unique, which is refused (`value_not_unique`) if another record has an equal one. Of at most 25 passwords a call makes verifiers; those that are brought along (`phc`) do not count.
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
         * @description Each token is answered on its own, with a value or an `error` (`token_not_found`, `token_expired`, `token_used_up`, `token_revoked`, `record_erased`, `record_superseded`, `not_allowed`, `never_revealed`, `unknown_view`; `integrity_failure` where what is stored of it is damaged, of which the security team has been alerted). Without `view`, each value is shown as widely as the caller may see it. With `views`, each view is answered on its own; it is one use of a limited token.
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
         * @description Compares canonical forms, so `Jane@Example.com` finds `jane@example.com`. `part` searches by a part of the value, `and` by further values of the same subject. Shows masked values only, in the order they were stored; a page may hold fewer than `limit` and still have a `next`. A search that finds nothing is a wrong guess, and of those a principal has a budget: 429 `too_many_guesses` says so, and `Retry-After` when it may go on.
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
         * @description For passwords, which are kept as a verifier and never shown. Name a `token`; or, to sign somebody in, `search` by a value that the person alone has, or name the `subject`. A name that is nobody’s, or several people’s, or leads to no verifier or to several, answers like a wrong password. After ten failed attempts of one principal at one value, whichever of its tokens they name, or at one name, further ones of that principal are refused until 15 minutes have passed without any. Takes none of a limited token’s uses.
         */
        readonly post: operations["verify"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/match": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Say whether a value is what somebody says it is.
         * @description For a desk that is told a value, such as a date of birth, and may not see it. Name the `token` of the value, or the `subject` and the `type`; a person without such a value answers no. `part` compares a part. Spellings count as in search. Wrong values are counted for each caller and person: five a day where few values are left (parts, dates of birth, names …), else 19. Passwords are verified, not matched. Takes none of a limited token’s uses.
         */
        readonly post: operations["match"];
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
        /**
         * Revoke a token; its record and its other tokens stay.
         * @description Answered when both stores and the journal know of it, so that no older copy of one brings it back. With a 503 it may hold already, which `token_revoked` then says to a repeated call; the vault goes on to make it known by itself.
         */
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
         * @description In another format, for another audience, for a time or a number of uses. A token is brought along where its value is: to POST /v1/tokenize.
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
         * @description The new value is sealed under a new key, and the old key is destroyed. Refused while a live token shows of the old value what the new one has not, as one in the format `card` does of another card: end it first, then mint another.
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
         * Erase records, by themselves, by tokens, or by subject; or a whole tenant.
         * @description Name exactly one of `subject`, `ref`, `records`, `tokens` and `tenant`. From the reply on, nothing opens the values. It cannot be taken back. Records that were erased before are not counted again. A tenant is erased by its administrator, or by an administrator or the security team of the first tenant, who repeat its name in `confirm`; none of its API keys works from then on, and the receipt is read by those of the first tenant.
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
        /**
         * The receipt of an erasure, as it stands now.
         * @description Of the caller’s tenant; to the first tenant’s administrators, auditors and security team, of erased tenants, too.
         */
        readonly get: operations["getErasure"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/erasures/{erasure}/certificate": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * The certificate of an erasure, or what it waits for.
         * @description Signed when every key epoch that could open a copy of the erased keys is destroyed in every root slot. It can be verified offline, by `npm run lethe -- certificate verify` or any JOSE library, with the keys of `/.well-known/jwks.json`. Read by those who read the receipt; not by a principal tied to an audience, since it names records.
         */
        readonly get: operations["getCertificate"];
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
    readonly "/v1/types/{type}/unique": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        /**
         * Let no two records have an equal value of a type, or let them again.
         * @description A value that a record has already is then refused to every other (409 `value_not_unique`), also if it was stored before; with `reuse` its own subject gets its token. So storing or correcting such a value asks as a search does: for a `purpose`, and within the budget of guesses. Callers that are tied to an audience cannot store such values. Records that have equal values already stay; `GET /v1/types/{type}/doubles` counts them. Holds on all nodes after 5 seconds. A type of your own says `unique` in its definition.
         */
        readonly put: operations["setUnique"];
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/types/{type}/doubles": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Count the values of a type that more than one record has.
         * @description For a type of which nearly everybody has another value: ask before you make it unique, and again afterwards. It counts what search takes for equal, and names no value.
         */
        readonly get: operations["countDoubles"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/keys": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Every kind of key: its state, its times, what it protects, how many, and what is due.
         * @description Numbers are those of the caller’s tenant, counted up to 10,000 of a kind; the root key, epochs and signing keys are the vault’s. Of destroyed epochs the last 30 are shown. States are those of NIST SP 800-57 part 1 rev. 5.
         */
        readonly get: operations["listKeys"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/keys/compromise": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Seal anew what compromised keys protect.
         * @description Orders a long job and answers at once. Every record whose key was in a key store copied in that epoch, or in those buckets, or that is about that subject, is sealed under a new key; values, versions and tokens stay. Close the epoch afterwards, so that the old keys die in copies of the key store, too. Copies of the record store from before stay readable to whoever has both one of them and the old keys. An epoch is named by the first tenant alone.
         */
        readonly post: operations["compromiseKeys"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/keys/exposed": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * The records and tokens that were exposed by a compromise.
         * @description Those of the caller’s tenant that were sealed anew; no values. Records erased since are not named.
         */
        readonly get: operations["listExposed"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/keys/rotate": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Close the epoch, or replace an index key.
         * @description Orders a long job and answers at once; follow it with `GET /v1/jobs/{job}` or its events. While the same job is unfinished, ordering it again answers with that one. Reads and writes go on all the while.
         */
        readonly post: operations["rotateKeys"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/jobs/{job}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * How far a long job is.
         * @description Jobs of the caller’s own tenant; those of the whole vault, such as the closing of an epoch, also for the role `security` of any tenant, without numbers over other tenants.
         */
        readonly get: operations["getJob"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/jobs/{job}/events": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * How a long job goes, as it goes.
         * @description Server-sent events (WHATWG HTML 9.2): `progress` whenever the job has moved, each with the whole job as data, and `done` with the same when it is completed or has failed, which ends the stream. A comment every 15 seconds shows that the stream lives. It also ends when the API key is revoked or the server stops; ask again then. Works on every node, whichever does the job.
         */
        readonly get: operations["jobEvents"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/jobs": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * The latest long jobs, the newest first.
         * @description Those of the caller’s own tenant; those of the whole vault, such as the closing of an epoch, also for the role `security` of any tenant, without numbers over other tenants.
         */
        readonly get: operations["listJobs"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/keys/slots": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * The root slots there are, and were.
         * @description For the first tenant alone. Asks none of them; `POST /v1/keys/slots/check` does.
         */
        readonly get: operations["listSlots"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/keys/slots/check": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Ask every root slot what it is and what it holds.
         * @description For the first tenant alone. Changes nothing, unless what came back after its destruction is to be destroyed again. Where a root slot takes long, the outcome may be unknown; ask again.
         */
        readonly post: operations["checkSlots"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/keys/slots/{name}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        /**
         * Remove a root slot, and destroy what it holds.
         * @description For the first tenant alone. Called again for one that was removed and could not be reached, it tries once more. Where the root slot takes long, the outcome may be unknown while the work goes on; call again.
         */
        readonly delete: operations["removeSlot"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/backups": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Copy the stores into the folders of the server.
         * @description For the first tenant alone. Orders a long job and answers at once; follow it with `GET /v1/jobs/{job}` or its events. Its `detail` names copies by their folders’ names, and no path. It goes into the folders that the operator has set on the server that does it, and into no others.
         */
        readonly post: operations["orderBackup"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/drills": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Try the newest copies of the stores.
         * @description For the first tenant alone. Orders a long job and answers at once; follow it with `GET /v1/jobs/{job}` or its events. Its `detail` names copies by their folders’ names, and no path. A drill of stores on PostgreSQL needs empty databases, and is run by the command.
         */
        readonly post: operations["orderDrill"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/me": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * What the API key of this call is.
         * @description Who it speaks for, what that may do, and when the key stops working: ask for another one in time. While one API key takes over from another, both ends are shown.
         */
        readonly get: operations["getMe"];
        readonly put?: never;
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
        /**
         * Revoke a principal; its API key stops working at once.
         * @description Answered when both stores and the journal know of it, so that no older copy of one brings it back. With a 503 it may hold already: call again until it is answered.
         */
        readonly delete: operations["revokePrincipal"];
        readonly options?: never;
        readonly head?: never;
        /**
         * Change the purposes of a principal, or the end of its API key.
         * @description Holds from the next call on. What is not named stays. An API key that has ended stays so: rotate it. With a 503 it may hold already: call again until it is answered.
         */
        readonly patch: operations["changePrincipal"];
        readonly trace?: never;
    };
    readonly "/v1/principals/{principal}/keys": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Give a principal a new API key; the one in use works for an overlap.
         * @description At most two API keys of a principal work at a time. An overlap of 0 ends all others at once. Send an `Idempotency-Key`: the same call then shows the same API key again for 24 hours, should the answer be lost. An administrator may rotate its own API key, but not make one that lasts longer.
         */
        readonly post: operations["rotateApiKey"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/principals/{principal}/keys/{key}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        /**
         * End one API key of a principal; the other goes on working.
         * @description Answered when both stores and the journal know of it, so that no older copy of one brings it back. With a 503 it may hold already: call again until it is answered.
         */
        readonly delete: operations["endApiKey"];
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
        /**
         * The tenants of the vault, erased ones too.
         * @description Only administrators and the security team of the first tenant may.
         */
        readonly get: operations["listTenants"];
        readonly put?: never;
        /**
         * Add a tenant with its first administrator.
         * @description Only an administrator of the first tenant may. Send an `Idempotency-Key`: the same call then shows the same API key again for 24 hours, should the answer be lost. Without one, a lost answer leaves a tenant that nobody can enter: erase it (`npm run lethe -- tenants erase`), and add it again.
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
    readonly "/.well-known/jwks.json": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * The public keys that verify certificates.
         * @description Public: needs no API key, and is not recorded in the audit log. May be cached for five minutes.
         */
        readonly get: operations["getJwks"];
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
            /** @description Ties it to this audience: it gets and uses that audience’s tokens alone, and is told and names no records and no subjects. A receiver needs one. */
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
            /** @description The API key of the tenant’s first administrator. It is kept nowhere; only the same call, under its idempotency key, shows it again. */
            readonly apiKey: string;
        };
        /** @description An API key, by its id. */
        readonly ApiKey: {
            readonly key: components["schemas"]["ApiKeyId"];
            /**
             * Format: date-time
             * @description When it was made, UTC.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly createdAt: string;
            /**
             * Format: date-time
             * @description When it stops working; absent: never.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly expiresAt?: string;
        };
        /**
         * @description An API key; its id is not secret. It also stands in the API key itself, behind `lethe_`.
         * @example key_01m6dqs9m0e8rrp3vs6gh8ye9k
         */
        readonly ApiKeyId: string;
        /**
         * @description The system that tokens are for, such as `crm`: each has tokens of its own for the same record.
         * @example crm
         */
        readonly Audience: string;
        /** @description One decided call: who asked for what, why, and what came of it. Ids and closed words only. */
        readonly AuditEntry: {
            readonly entry: components["schemas"]["AuditId"];
            /**
             * Format: date-time
             * @description When the call was decided, UTC.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly at: string;
            /** @description Who called (`prn_…`). The vault itself is a principal, too. */
            readonly principal: string;
            /**
             * @description What was asked for.
             * @enum {string}
             */
            readonly action: "tokenize" | "detokenize" | "verify" | "match" | "describe_token" | "mint_token" | "change_token" | "read_record" | "search" | "correct" | "erase" | "read_erasure" | "read_certificate" | "resolve_subject" | "read_subject" | "list_types" | "declare_type" | "set_keep" | "set_unique" | "count_doubles" | "list_keys" | "compromise_keys" | "list_exposed" | "add_principal" | "list_principals" | "revoke_principal" | "change_principal" | "rotate_api_key" | "end_api_key" | "describe_caller" | "add_tenant" | "list_tenants" | "erase_tenant" | "read_audit" | "read_status" | "rotate_keys" | "read_job" | "recover" | "backup" | "drill" | "restore" | "add_slot" | "remove_slot" | "check_slots" | "list_nodes" | "abandon_node" | "split_root" | "replace_root" | "unseal" | "authenticate";
            /**
             * @description What came of it.
             * @enum {string}
             */
            readonly outcome: "done" | "replayed" | "refused" | "failed";
            /** @description Why it was refused or failed. */
            readonly code?: string;
            /** @description The purpose stated, where it was one of the caller’s own. */
            readonly purpose?: string;
            /** @description The views shown: `plain`, or all that were, such as `masked,last4`. */
            readonly view?: string;
            /** @description The records concerned (`rec_…`). */
            readonly records: readonly string[];
            /**
             * @description The entry’s row was altered or damaged: its records cannot be read, and are left out.
             * @constant
             */
            readonly damaged?: true;
            /** @description The subject concerned (`sub_…`). */
            readonly subject?: string;
            /** @description The erasure ordered (`ers_…`). */
            readonly erasure?: string;
            /** @description What an administrative call was about: a principal, tenant, data type, job, root slot, node, store or set of shares; `begun` or `completed` for the replacement of the root key. For a job, a copy or a check of slots, words or places may follow. */
            readonly target?: string;
            /**
             * @description How many guesses at stored values counted, being wrong; with `too_many_guesses`, how many were not made.
             * @example 1
             */
            readonly guesses?: number;
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
        /**
         * @description A bucket of record keys; buckets sort by the time they were made.
         * @example bkt_01m81hw3c0e9qav3c1d5x2z7tk
         */
        readonly BucketId: string;
        readonly ChangePrincipalBody: {
            /** @description All purposes for which it may ask from now on. */
            readonly purposes?: readonly components["schemas"]["Purpose"][];
            /** @description When its API key stops working from now on, UTC; null: never. An older key never lasts longer than the newest. */
            readonly expiresAt?: string | null;
        };
        /** @description Whether the check destroys anything. */
        readonly CheckSlotsBody: {
            /**
             * @description Destroy again, at once, what has come back after it was destroyed.
             * @default false
             */
            readonly destroyReturned: boolean;
        };
        readonly CheckSlotsReply: {
            /** @description Each root slot in force. */
            readonly slots: readonly components["schemas"]["SlotCheck"][];
            /** @description Root slots that were removed, and still have what they were given. */
            readonly remains: readonly {
                /**
                 * @description The root slot’s name.
                 * @example file
                 */
                readonly name: string;
                /**
                 * @description What it has, as far as is known.
                 * @example [
                 *       12
                 *     ]
                 */
                readonly epochs: readonly number[];
            }[];
        };
        /** @description A part of a value by which it is compared with what somebody says. */
        readonly ComparedPart: {
            /** @description The word by which `POST /v1/match` names the part. */
            readonly name: string;
            /** @description What is compared. */
            readonly description: string;
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
        /** @description What is compromised: an epoch, in every tenant; a range of the caller’s own buckets; or the keys of one subject’s records, named by `subject` or `ref`. */
        readonly CompromiseKeysBody: {
            /**
             * @description An epoch whose secret is in strange hands, with a copy of the key store of its time.
             * @example 11
             */
            readonly epoch?: number;
            /** @description The first of a range of buckets whose keys are in strange hands. */
            readonly from?: components["schemas"]["BucketId"];
            /** @description The last of that range. */
            readonly to?: components["schemas"]["BucketId"];
            /** @description A subject whose records’ keys are in strange hands. */
            readonly subject?: components["schemas"]["SubjectId"];
            /** @description The subject of this ref, whose records’ keys are in strange hands. */
            readonly ref?: components["schemas"]["Ref"];
        };
        readonly CompromiseKeysReply: {
            readonly job: components["schemas"]["JobId"];
        };
        readonly CorrectRecordBody: {
            /**
             * @description The right value, of the record’s data type.
             * @example jane.doe@example.com
             */
            readonly value: unknown;
            /** @description Why it is asked whether another record has an equal value: must be stated where the type is `unique`. */
            readonly purpose?: components["schemas"]["Purpose"];
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
        /**
         * @description ISO 3166-1 alpha-2: by whose rules a telephone number in its national form is read. For `phone` alone.
         * @example DE
         */
        readonly Country: string;
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
            readonly country?: components["schemas"]["Country"];
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
            /** @description How values are compared with what somebody says of them. */
            readonly match: {
                /** @description Parts that are compared besides the whole value. */
                readonly parts: readonly components["schemas"]["ComparedPart"][];
            };
            /** @description The views it offers, the widest first. */
            readonly views: readonly string[];
            /** @description The token formats it offers: `random`, `uuid`, and those shaped like the value. Empty for `window`. */
            readonly formats: readonly string[];
            /** @description The lesser forms that a tenant may choose to keep. */
            readonly keeps: readonly components["schemas"]["Keep"][];
            /** @description The lesser form the tenant keeps; absent: the whole value. */
            readonly keep?: string;
            /** @description Whether a value that a record has already is refused to every other (`value_not_unique`). */
            readonly unique: boolean;
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
                /** @description Whether a value that a record has already is refused to every other (`value_not_unique`). Needs `spread: unique`. */
                readonly unique?: boolean;
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
                 * @description The views besides `plain`, the widest first: each a JSON Pointer (RFC 6901) to the part that it shows; `masked`, if it is there, constant text.
                 * @default {}
                 * @example {
                 *       "total": "/total"
                 *     }
                 */
                readonly views: {
                    readonly [key: string]: string;
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
            /** @description Whether a value that a record has already is refused to every other (`value_not_unique`). Needs `spread: unique`. */
            readonly unique?: boolean;
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
             * @description The views besides `plain`, the widest first: each a JSON Pointer (RFC 6901) to the part that it shows; `masked`, if it is there, constant text.
             * @default {}
             * @example {
             *       "total": "/total"
             *     }
             */
            readonly views: {
                readonly [key: string]: string;
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
            /** @description The view wanted; absent, without `views`: the widest the caller may see. */
            readonly view?: components["schemas"]["View"];
            /**
             * @description Several views of each token, in place of `view`; with 1,000 results at most.
             * @example [
             *       "masked",
             *       "last4"
             *     ]
             */
            readonly views?: readonly components["schemas"]["View"][];
            /**
             * @description Why, in the caller’s words. Kept as a MAC only: a reason shown later can be checked, none can be read.
             * @example case 4711
             */
            readonly reason?: string;
        };
        readonly DetokenizeReply: {
            /** @description One for each token, in the order of the tokens. With `views`, one for each token and view: all views of the first token in their order, then those of the next. */
            readonly results: readonly components["schemas"]["Revealed"][];
        };
        /** @description How many values of a type more than one record has. */
        readonly Doubles: {
            /**
             * @description How many values more than one record has, as search compares them.
             * @example 2
             */
            readonly doubles: number;
            /**
             * @description How many records have them.
             * @example 5
             */
            readonly records: number;
            /** @description Whether there are so many values that the rest was not counted. */
            readonly more: boolean;
        };
        readonly EndApiKeyReply: {
            readonly principal: components["schemas"]["PrincipalId"];
            readonly key: components["schemas"]["ApiKeyId"];
            /**
             * Format: date-time
             * @description Since when it no longer works, UTC.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly endedAt: string;
        };
        /** @description What to erase: exactly one of `subject`, `ref`, `records`, `tokens` and, with `confirm`, `tenant`. */
        readonly EraseBody: {
            /** @description Erase everything about this subject. */
            readonly subject?: components["schemas"]["SubjectId"];
            /** @description Erase everything about the subject of this ref. */
            readonly ref?: components["schemas"]["Ref"];
            /** @description Erase these records. */
            readonly records?: readonly components["schemas"]["RecordId"][];
            /** @description Erase the records of these tokens. */
            readonly tokens?: readonly components["schemas"]["Token"][];
            /** @description Erase this tenant, with everything that is in it. */
            readonly tenant?: components["schemas"]["TenantId"];
            /**
             * @description The name of the tenant once more, to guard against slips.
             * @example shop-eu
             */
            readonly confirm?: string;
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
             * @description `ordered`: nothing opens it any more, and keys are being destroyed. `completed`: they are destroyed in the live key store. `final`: the epoch they were wrapped under is destroyed, too, and there is a certificate.
             * @enum {string}
             */
            readonly state: "ordered" | "completed" | "final";
            /** @description How many records were erased. */
            readonly records: number;
            /** @description The tenant, where one was erased as a whole; `records` then grows meanwhile. */
            readonly tenant?: components["schemas"]["TenantId"];
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
            /**
             * Format: date-time
             * @description Since when copies of the key store made before are of no use.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly finalAt?: string;
        };
        /** @description What a certificate of erasure says. Numbers, ids and fixed sentences only. */
        readonly ErasureStatement: {
            /**
             * @description Id of the vault (`vlt_…`).
             * @example vlt_01m6b1yq00e7mhfz2a8rdk5c3w
             */
            readonly iss: string;
            /**
             * @description When this was signed: seconds since 1970.
             * @example 1795500000
             */
            readonly iat: number;
            readonly jti: components["schemas"]["ErasureId"];
            /**
             * @description Of the form of this statement.
             * @constant
             */
            readonly version: 1;
            /**
             * @description Id of the tenant (`ten_…`).
             * @example ten_01m6b1yq00eb6sx0f2tx83rp19
             */
            readonly tenant: string;
            /**
             * @description Present where a whole tenant was erased.
             * @constant
             */
            readonly scope?: "tenant";
            /** @description The subject, where one was erased as a whole. */
            readonly subject?: components["schemas"]["SubjectId"];
            /**
             * @description Why the keys were destroyed.
             * @constant
             */
            readonly cause: "erased";
            /** @description The records erased. */
            readonly records: {
                /**
                 * @description How many.
                 * @example 1
                 */
                readonly count: number;
                /**
                 * @description Of their ids, sorted, each followed by a line feed: `sort ids | sha256sum`. Not of a whole tenant.
                 * @example 9f8a1e0d6c5b4a39281706f5e4d3c2b1a0998877665544332211ffeeddccbbaa
                 */
                readonly sha256?: string;
                /** @description The ids themselves, up to 100 of them. */
                readonly ids?: readonly components["schemas"]["RecordId"][];
            };
            /** @description The principal that ordered it (`prn_…`). */
            readonly orderedBy: string;
            /**
             * Format: date-time
             * @description Since when nothing opens the values, UTC.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly orderedAt: string;
            /**
             * Format: date-time
             * @description When the keys were destroyed in the live key store, UTC.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly shreddedAt: string;
            /**
             * Format: date-time
             * @description When all below had been found to hold, UTC.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly finalAt: string;
            /** @description The fields of the certificate of sanitization of NIST SP 800-88 rev. 2 (4.6, appendix C) that apply. */
            readonly sanitization: {
                /** @description Whose words these are. */
                readonly standard: string;
                /** @description How it was done: the technique, in the words of that standard. */
                readonly method: string;
                /** @description What carried it out. */
                readonly tool: {
                    /** @description Its name. */
                    readonly name: string;
                    /** @description Its version. */
                    readonly version: string;
                };
                /** @description What was checked before this was signed. */
                readonly verification: string;
                /** @description Which fields of that certificate do not apply, and why. */
                readonly leftOut: string;
            };
            /** @description Under what the values were sealed. */
            readonly algorithms: {
                /** @description How values were sealed. */
                readonly values: string;
                /** @description How keys were wrapped and derived. */
                readonly keys: string;
                /**
                 * @description The length of every key destroyed.
                 * @example 256
                 */
                readonly keyBits: number;
            };
            /** @description The epochs whose secrets stood between old copies of the key store and the values. */
            readonly epochs: {
                /**
                 * @description The epoch in which the erasure was ordered.
                 * @example 41
                 */
                readonly ordered: number;
                /**
                 * @description The last epoch under which any of the keys was wrapped.
                 * @example 41
                 */
                readonly last: number;
                /**
                 * @description This epoch and every one before it is destroyed.
                 * @example 41
                 */
                readonly destroyedThrough: number;
            };
            /** @description Every root slot that held a secret of the epochs `ordered` to `last`. */
            readonly slots: readonly {
                /**
                 * @description The epoch whose secret it held.
                 * @example 41
                 */
                readonly epoch: number;
                /**
                 * @description Its name.
                 * @example file
                 */
                readonly slot: string;
                /**
                 * @description What it is.
                 * @enum {string}
                 */
                readonly kind: "file" | "pkcs11" | "transit";
                /**
                 * @description What stands behind its deletion. `overwritten`: overwritten in place as far as the operating system tells. `hardware`: a device that keeps keys inside itself says so. `service`: a key service says so.
                 * @enum {string}
                 */
                readonly tier: "overwritten" | "hardware" | "service";
                /**
                 * @description How it destroyed the secret.
                 * @example overwrite and unlink
                 */
                readonly method: string;
                /**
                 * @description What it stated, word for word, and what it cannot rule out.
                 * @example The file was overwritten, synced and unlinked.
                 */
                readonly statement: string;
                /**
                 * Format: date-time
                 * @description When it confirmed, UTC.
                 * @example 2026-11-22T12:00:00.000Z
                 */
                readonly destroyedAt: string;
            }[];
            /** @description Nodes given up that may have held one of these secrets; absent: none. */
            readonly nodes?: readonly {
                /** @description Its name (`nod_…`). */
                readonly node: string;
                /**
                 * Format: date-time
                 * @description When the security team gave it up, UTC.
                 * @example 2026-11-22T12:00:00.000Z
                 */
                readonly abandonedAt: string;
                /** @description What that means. */
                readonly statement: string;
            }[];
            /** @description What of the erased there is still. */
            readonly remains: {
                /** @description Index keys, by which guesses can be tested. */
                readonly indexKeys: readonly {
                    /** @description The index: a data type, a part of one, or one of the vault’s own (`@…`). */
                    readonly name: string;
                    /**
                     * @description The version of its key.
                     * @example 1
                     */
                    readonly version: number;
                    /**
                     * @description `live`: in the key store, so that whoever holds it and an old copy of the key store can test guesses at the value. `dropped`: no longer in the key store; a copy of it ends with the epoch it was last wrapped under.
                     * @enum {string}
                     */
                    readonly state: "live" | "dropped";
                    /** @description Of a live one: when its cryptoperiod is over and the vault is to order its replacement, UTC; past where that is late. It leaves the key store when that rotation has ended, and copies of it end with the close of the epoch of that time. null: none is planned, for it is dropped, or one of the vault’s own (`@…`), or the schedule was off. */
                    readonly until: string | null;
                    /**
                     * Format: date-time
                     * @description Of a dropped one, as far as it is known: since when, UTC.
                     * @example 2026-11-22T12:00:00.000Z
                     */
                    readonly droppedAt?: string;
                    /**
                     * @description Of a dropped one, as far as it is known: the epoch it was last wrapped under. Where that is at most `epochs.destroyedThrough`, no copy of the key store opens the key any more.
                     * @example 41
                     */
                    readonly epoch?: number;
                }[];
                /** @description What else stays, and how long. */
                readonly notes: readonly string[];
            };
            /** @description What this does not say. */
            readonly limits: readonly string[];
        };
        /** @description A value whose key was compromised, and that was sealed anew since. */
        readonly Exposed: {
            readonly record: components["schemas"]["RecordId"];
            readonly subject?: components["schemas"]["SubjectId"];
            /**
             * @description Name of a data type.
             * @example email
             */
            readonly type: string;
            /** @description The tokens that stand for it. */
            readonly tokens: readonly components["schemas"]["Token"][];
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
        /** @description One of the things that are wrong with a request. */
        readonly Fault: {
            /** @description The place in the request, such as `items/3/value.number`. */
            readonly field?: string;
            /** @description What is wrong there, for programs: a code as of a problem. */
            readonly code: string;
            /** @description What is wrong there, for people. */
            readonly detail: string;
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
        readonly GetCertificateReply: {
            readonly erasure: components["schemas"]["ErasureId"];
            /**
             * @description `pending`: copies of the key store made earlier may still open the values. `final`: none does.
             * @enum {string}
             */
            readonly state: "pending" | "final";
            /**
             * @description What has not happened yet: `completion` (its keys are being destroyed), `epoch_close`, `slot` (a slot has not confirmed; `slot:<name>` to auditors and the security team), `node` (a node has not said that it has forgotten it; `node:<name>` to the same), `signature` (it is about to be signed).
             * @example [
             *       "epoch_close"
             *     ]
             */
            readonly waitsFor?: readonly string[];
            /**
             * @description The statement, signed: a JWS in compact form (RFC 7515), `EdDSA` with Ed25519 (RFC 8037), type `lethe-erasure-certificate+jwt`, under a key of `/.well-known/jwks.json`.
             * @example eyJhbGciOiJFZERTQSJ9.e30.c2lnbmF0dXJl
             */
            readonly certificate?: string;
            /** @description What the certificate says, as it is read without verifying it. */
            readonly statement?: components["schemas"]["ErasureStatement"];
        };
        readonly GetMeReply: {
            readonly principal: components["schemas"]["PrincipalId"];
            /**
             * @description A name for the service or post, such as `checkout` or `support-desk-2`; never a person’s own name.
             * @example checkout
             */
            readonly name: string;
            readonly role: components["schemas"]["Role"];
            readonly tenant: components["schemas"]["TenantId"];
            /** @description The purposes for which it may ask for values. */
            readonly purposes: readonly components["schemas"]["Purpose"][];
            /** @description The only audience whose tokens it can use; absent: all. */
            readonly audience?: components["schemas"]["Audience"];
            readonly key: components["schemas"]["ApiKeyId"];
            /**
             * Format: date-time
             * @description When this API key stops working; absent: never.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly expiresAt?: string;
            /** @description The principal’s other API key, while one takes over from the other. */
            readonly otherKey?: components["schemas"]["ApiKey"];
        };
        readonly GetStatusReply: {
            /**
             * @description The release of Lethe that answers.
             * @example 0.1.0
             */
            readonly release: string;
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
                /**
                 * @description The newest step that made its tables; a later one than this release knows, while a newer one runs beside it.
                 * @example 0004-nodes
                 */
                readonly schema: string;
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
                /**
                 * @description The newest step that made its tables; a later one than this release knows, while a newer one runs beside it.
                 * @example 0004-nodes
                 */
                readonly schema: string;
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
            /** @description The last drill of the backups; absent: there was none. */
            readonly lastDrill?: {
                /**
                 * Format: date-time
                 * @description When it was, UTC.
                 * @example 2026-11-22T12:00:00.000Z
                 */
                readonly at: string;
                /**
                 * @description Whether everything opened that must, and nothing that must not.
                 * @example true
                 */
                readonly ok: boolean;
                /**
                 * Format: date-time
                 * @description When the next one is due, UTC.
                 * @example 2026-11-22T12:00:00.000Z
                 */
                readonly nextDueAt: string;
            };
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
            /** @description Where the next page begins: send it as `after`. Absent on the last page. */
            readonly next?: components["schemas"]["RecordId"];
        };
        /** @description A long job and how far it is. */
        readonly Job: {
            readonly job: components["schemas"]["JobId"];
            /**
             * @description `rotate_epoch`: an epoch is closed. `rotate_index`: an index key is replaced. `compromise`: what a compromised key protected is sealed anew. `erase_tenant`: a whole tenant is erased. `backup`: the stores are copied. `drill`: the newest copies are tried.
             * @enum {string}
             */
            readonly kind: "rotate_epoch" | "rotate_index" | "compromise" | "erase_tenant" | "backup" | "drill";
            /**
             * @description `waiting`: not begun, or interrupted; with a `code`, that is why, and it is tried again. `running`: a process does it, or one that died did and another will go on. `completed`. `failed`: not tried again; see `code`.
             * @enum {string}
             */
            readonly state: "waiting" | "running" | "completed" | "failed";
            /**
             * @description What is being done, a closed word; empty before the first step.
             * @example rewrap
             */
            readonly step: string;
            /** @description How much of the step is done, in units of the step; 0 where `total` is 0 because it is not told. */
            readonly done: number;
            /** @description How much the step has to do; 0 where that is not known. Of a job of the whole vault it counts over all tenants, and is told to the first tenant alone: others are told 0. */
            readonly total: number;
            /** @description Units a second over the last half minute of the step, while the job is running. */
            readonly ratePerSecond?: number;
            /** @description What is left of the step at that rate; later steps not counted. */
            readonly secondsLeft?: number;
            /**
             * Format: date-time
             * @description When it was ordered, UTC.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly orderedAt: string;
            /**
             * Format: date-time
             * @description When a process first began it.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly startedAt?: string;
            /**
             * Format: date-time
             * @description When it last told how far it is.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly updatedAt: string;
            /**
             * Format: date-time
             * @description When it was completed, or failed.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly finishedAt?: string;
            /**
             * @description Why it failed or waits, a code as problems have it.
             * @example key_unavailable
             */
            readonly code?: string;
            /**
             * @description The outcome: ids, numbers and closed words, by the kind of job; empty until it is completed, or a copy or a drill has failed. Numbers over all tenants are told to the first tenant alone.
             * @example {
             *       "epoch": 3,
             *       "buckets": 3907
             *     }
             */
            readonly detail: {
                readonly [key: string]: string | number | boolean | readonly string[];
            };
            /**
             * @description Its row was altered or damaged: the detail cannot be read, and is left out. An alarm was raised.
             * @constant
             */
            readonly damaged?: true;
        };
        /**
         * @description A long job that was ordered.
         * @example job_01m83rdet0ehaadnnnnhek1nfv
         */
        readonly JobId: string;
        /** @description The public keys of the vault’s certificates (RFC 7517). */
        readonly Jwks: {
            /** @description The oldest first; kept for good. */
            readonly keys: readonly {
                /**
                 * @description The key type.
                 * @constant
                 */
                readonly kty: "OKP";
                /**
                 * @description The curve.
                 * @constant
                 */
                readonly crv: "Ed25519";
                /** @description The public key, base64url. */
                readonly x: string;
                /** @description The RFC 7638 thumbprint, as in the header of what the key signed. */
                readonly kid: string;
                /**
                 * @description The key signs.
                 * @constant
                 */
                readonly use: "sig";
                /**
                 * @description The algorithm.
                 * @constant
                 */
                readonly alg: "EdDSA";
            }[];
        };
        /** @description A lesser form in which a tenant may have values kept. */
        readonly Keep: {
            /** @description The word by which the lesser form is chosen. */
            readonly name: string;
            /** @description What is left of a value. */
            readonly description: string;
        };
        /** @description A key, or a number of keys of one kind and state. No key is ever shown. */
        readonly KeyEntry: {
            /**
             * @description `root_key`; `epoch_secret`: in the root slots; `epoch_key`: made of those two, for each tenant, and stored nowhere; `bucket_key`: wraps about 256 record keys; `record_key`: seals one value; `index_key`: makes blind indexes; `mac_key`: marks and finds the vault’s own rows; `window_key`: seals values that are in no store; `signing_key`: signs certificates.
             * @enum {string}
             */
            readonly kind: "root_key" | "epoch_secret" | "epoch_key" | "bucket_key" | "record_key" | "index_key" | "mac_key" | "window_key" | "signing_key";
            /**
             * @description Which one: an index, a purpose of the vault’s own (`@…`), the id of a signing key; of the root key, where it came from.
             * @example email
             */
            readonly name?: string;
            /** @description The version of an index or MAC key. */
            readonly version?: number;
            /** @description The epoch under which it is wrapped; of an epoch’s own keys, that epoch. */
            readonly epoch?: number;
            /**
             * @description In the words of NIST SP 800-57 part 1 rev. 5, section 7; no key is ever suspended.
             * @enum {string}
             */
            readonly state: "pre_activation" | "active" | "deactivated" | "compromised" | "destroyed";
            /**
             * @description What it protects.
             * @example record keys
             */
            readonly protects: string;
            /**
             * @description How many such keys there are, of the caller’s tenant or of the vault.
             * @example 1
             */
            readonly count: number;
            /**
             * @description Present where counting ended at `count`: there are more.
             * @constant
             */
            readonly atLeast?: true;
            /**
             * Format: date-time
             * @description When it was made, UTC; of several, the first.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly createdAt?: string;
            /**
             * Format: date-time
             * @description Since when keys are wrapped under it.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly activatedAt?: string;
            /**
             * Format: date-time
             * @description Since when nothing new is protected with it.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly deactivatedAt?: string;
            /**
             * Format: date-time
             * @description Since when it is held to be in strange hands.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly compromisedAt?: string;
            /**
             * Format: date-time
             * @description When its destruction was confirmed.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly destroyedAt?: string;
            /** @description Of an epoch’s secret: the root slots that hold it, or held it. */
            readonly slots?: readonly {
                /**
                 * @description The root slot’s name.
                 * @example file
                 */
                readonly slot: string;
                /**
                 * Format: date-time
                 * @description When the slot was given the secret, UTC.
                 * @example 2026-11-22T12:00:00.000Z
                 */
                readonly storedAt: string;
                /**
                 * Format: date-time
                 * @description When the slot confirmed that it destroyed the secret.
                 * @example 2026-11-22T12:00:00.000Z
                 */
                readonly destroyedAt?: string;
            }[];
            /**
             * @description How long it is to protect new data at most.
             * @example 86400
             */
            readonly cryptoperiodSeconds?: number;
            /**
             * @description Why so long.
             * @example house rule: rotation once a day
             */
            readonly cryptoperiodSource?: string;
            /**
             * Format: date-time
             * @description When it is to be replaced; absent where that is not planned key by key.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly dueAt?: string;
            /**
             * @description Whether `dueAt` has passed.
             * @example false
             */
            readonly overdue?: boolean;
        };
        readonly ListAuditEntriesReply: {
            /** @description The newest first. */
            readonly entries: readonly components["schemas"]["AuditEntry"][];
            /** @description Where the next page begins: send it as `after`. Absent on the last page. */
            readonly next?: components["schemas"]["AuditId"];
        };
        readonly ListExposedReply: {
            /** @description In the order in which they were sealed anew. */
            readonly exposed: readonly components["schemas"]["Exposed"][];
            /** @description Where the next page begins: send it as `after`. Absent on the last page. */
            readonly next?: string;
        };
        readonly ListJobsReply: {
            /** @description The newest first. */
            readonly jobs: readonly components["schemas"]["Job"][];
            /** @description Where the next page begins: send it as `after`. Absent on the last page. */
            readonly next?: components["schemas"]["JobId"];
        };
        readonly ListKeysReply: {
            /** @description From the root of the key tree to its leaves. */
            readonly keys: readonly components["schemas"]["KeyEntry"][];
        };
        readonly ListPrincipalsReply: {
            /** @description In the order they were added. */
            readonly principals: readonly components["schemas"]["Principal"][];
            /** @description Where the next page begins: send it as `after`. Absent on the last page. */
            readonly next?: components["schemas"]["PrincipalId"];
        };
        readonly ListSlotsReply: {
            /** @description In the order of their names; removed ones too. */
            readonly slots: readonly components["schemas"]["RootSlot"][];
        };
        readonly ListTenantsReply: {
            /** @description In the order they were added. */
            readonly tenants: readonly components["schemas"]["Tenant"][];
            /** @description Where the next page begins: send it as `after`. Absent on the last page. */
            readonly next?: components["schemas"]["TenantId"];
        };
        readonly ListTypesReply: {
            /** @description Those of the house in their order, then the tenant’s own by name. */
            readonly types: readonly components["schemas"]["DataType"][];
        };
        readonly MatchBody: components["schemas"]["MatchToken"] | components["schemas"]["MatchSubject"];
        readonly MatchReply: {
            /**
             * @description Whether it is.
             * @example true
             */
            readonly matches: boolean;
        };
        /** @description With the values of one data type that a person has. */
        readonly MatchSubject: {
            /** @description The person: the app’s ref, or a subject id (`sub_…`). Not from a caller that is tied to an audience. */
            readonly subject: components["schemas"]["Ref"];
            /**
             * @description Name of a data type.
             * @example email
             */
            readonly type: string;
            /**
             * @description Compares with the values of this label alone.
             * @example billing
             */
            readonly label?: string;
            /**
             * @description A part of the value, such as `last4`; absent: the whole. GET /v1/types lists them.
             * @example year
             */
            readonly part?: string;
            /**
             * @description What somebody says it is: a value of the data type, or what its part takes.
             * @example 1990
             */
            readonly value: unknown;
            readonly purpose: components["schemas"]["Purpose"];
            /**
             * @description Why, in the caller’s words. Kept as a MAC only: a reason shown later can be checked, none can be read.
             * @example case 4711
             */
            readonly reason?: string;
        };
        /** @description With the value that a token stands for. */
        readonly MatchToken: {
            readonly token: components["schemas"]["Token"];
            /**
             * @description A part of the value, such as `last4`; absent: the whole. GET /v1/types lists them.
             * @example year
             */
            readonly part?: string;
            /**
             * @description What somebody says it is: a value of the data type, or what its part takes.
             * @example 1990
             */
            readonly value: unknown;
            readonly purpose: components["schemas"]["Purpose"];
            /**
             * @description Why, in the caller’s words. Kept as a MAC only: a reason shown later can be checked, none can be read.
             * @example case 4711
             */
            readonly reason?: string;
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
            /**
             * @description There is no value.
             * @constant
             */
            readonly form: "none";
            /** @description The view that is not shown, where `views` were asked for. */
            readonly view?: components["schemas"]["View"];
            /** @description Why this token was not revealed. */
            readonly error: {
                /**
                 * @description `token_not_found`, `token_expired`, `token_used_up`, `token_revoked`, `record_erased`, `record_superseded`, `not_allowed`, `never_revealed`, `unknown_view` or `integrity_failure`; more may come.
                 * @example record_erased
                 */
                readonly code: string;
            };
        };
        /** @description What is copied. The folders are the server’s settings: nobody names one over the API. */
        readonly OrderBackupBody: {
            /**
             * @description Which stores are copied: `records`, `keys`, or both.
             * @default [
             *       "records",
             *       "keys"
             *     ]
             */
            readonly stores: readonly ("records" | "keys")[];
            /**
             * @description Then delete the copies of the key store that no key opens any more.
             * @default false
             */
            readonly prune: boolean;
        };
        readonly OrderBackupReply: {
            readonly job: components["schemas"]["JobId"];
        };
        /** @description Nothing: the newest copies in the folders of the server’s settings are tried. */
        readonly OrderDrillBody: Record<string, never>;
        readonly OrderDrillReply: {
            readonly job: components["schemas"]["JobId"];
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
            /**
             * @description Its row was altered or damaged: its purposes cannot be read, and are left out. It is not let in.
             * @constant
             */
            readonly damaged?: true;
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
             * @description When its newest API key stops working; absent: never.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly expiresAt?: string;
            /**
             * Format: date-time
             * @description Since when none of its API keys works; absent: it is not revoked.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly revokedAt?: string;
            /** @description Its API keys that work, the oldest first; two while one takes over. */
            readonly keys: readonly components["schemas"]["ApiKey"][];
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
            readonly code: "malformed_request" | "unauthenticated" | "not_allowed" | "purpose_not_allowed" | "never_revealed" | "route_not_found" | "method_not_allowed" | "token_not_found" | "record_not_found" | "subject_not_found" | "erasure_not_found" | "job_not_found" | "tenant_not_found" | "epoch_not_found" | "node_not_found" | "slot_not_found" | "principal_not_found" | "api_key_not_found" | "concurrent_change" | "value_not_unique" | "lease_lost" | "epoch_not_ended" | "api_key_already_shown" | "own_principal" | "rolling_over" | "api_key_ended" | "type_base_fixed" | "backup_not_configured" | "drill_needs_command" | "too_many_jobs" | "too_many_types" | "too_many_versions" | "tenant_exists" | "first_tenant" | "unfit_root_key" | "share_repeated" | "shares_disagree" | "already_exists" | "node_alive" | "slot_exists" | "slot_needed" | "slot_unfit" | "token_taken" | "token_outdated" | "principal_revoked" | "token_expired" | "token_used_up" | "token_revoked" | "record_erased" | "record_superseded" | "subject_erased" | "tenant_erased" | "body_too_large" | "unsupported_media_type" | "invalid_request" | "invalid_value" | "unknown_index" | "index_not_rotatable" | "unknown_type" | "unknown_keep" | "unique_not_offered" | "invalid_definition" | "low_entropy_index" | "unknown_view" | "not_searchable" | "unknown_part" | "option_not_offered" | "token_format_not_offered" | "invalid_token" | "invalid_share_count" | "share_typo" | "share_foreign" | "share_wrong" | "too_many_shares" | "too_many_guesses" | "too_many_passwords" | "client_gone" | "idempotency_key_reused" | "not_confirmed" | "integrity_failure" | "store_corrupt" | "internal_error" | "store_unavailable" | "timed_out" | "outcome_unknown" | "store_replaced" | "key_unavailable" | "store_went_back" | "journal_unavailable" | "shutting_down" | "sealed" | "unseal_failed" | "overloaded";
            /** @description The problem, for people. */
            readonly detail: string;
            /** @description The place in the request that is at fault, such as `items/3/value.number`. */
            readonly field?: string;
            /** @description With a 422: all that is wrong, up to 100 faults. The first is also `code`, `detail` and `field`. */
            readonly errors?: readonly components["schemas"]["Fault"][];
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
            /** @description The tokens that stand for it; none that has ended. Those in a format that takes after the value (`card`, `digits`, `iban`) only to who may see it masked, for a purpose of their own. */
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
            /** @description Its tokens, the oldest first. Those in a format that takes after the value (`card`, `digits`, `iban`) only to who may see it masked, for a purpose of their own. */
            readonly tokens: readonly components["schemas"]["TokenFacts"][];
        };
        /**
         * @description A stored value of one data type.
         * @example rec_01m81j18g0e329asxkdep5tmtc
         */
        readonly RecordId: string;
        /**
         * @description The app’s own name for a subject, such as a customer number. Kept as a MAC only. Without spaces at its ends, two in a row or of another kind than the ASCII one, without what nobody sees, and without full-width and other compatibility forms.
         * @example cust_42
         */
        readonly Ref: string;
        readonly RemoveSlotReply: {
            /**
             * @description The epochs whose secrets were destroyed in it.
             * @example [
             *       12
             *     ]
             */
            readonly destroyed: readonly number[];
            /**
             * @description The epochs whose secrets were not. Remove it again when it can be reached.
             * @example [
             *       12
             *     ]
             */
            readonly left: readonly number[];
        };
        readonly ResolveSubjectBody: {
            readonly ref: components["schemas"]["Ref"];
        };
        readonly ResolveSubjectReply: {
            readonly subject: components["schemas"]["SubjectId"];
        };
        /** @description The answer for one token: its value, or why there is none. */
        readonly Revealed: components["schemas"]["RevealedText"] | components["schemas"]["RevealedJson"] | components["schemas"]["RevealedName"] | components["schemas"]["RevealedAddress"] | components["schemas"]["RevealedPostalCode"] | components["schemas"]["RevealedCard"] | components["schemas"]["RevealedBankAccount"] | components["schemas"]["RevealedNationalId"] | components["schemas"]["NotRevealed"];
        /**
         * Revealed address
         * @description A token and the plain value that it stands for.
         */
        readonly RevealedAddress: {
            readonly token: components["schemas"]["Token"];
            /**
             * @description What `value` is.
             * @constant
             */
            readonly form: "address";
            /**
             * @description The data type.
             * @constant
             */
            readonly type: "address";
            /** @description The view that `value` is. */
            readonly view: components["schemas"]["View"];
            /** @description The value. */
            readonly value: {
                /** @description Street and house, as it is written there. */
                readonly line1: string;
                /** @description What else the post needs. */
                readonly line2?: string;
                /** @description The city. */
                readonly city: string;
                /** @description State, province or prefecture. */
                readonly region?: string;
                /** @description As the country writes it; empty where an address is complete without. */
                readonly postalCode: string;
                /** @description ISO 3166-1 alpha-2, or XK. */
                readonly country: string;
            };
        };
        /**
         * Revealed bank account
         * @description A token and the plain value that it stands for.
         */
        readonly RevealedBankAccount: {
            readonly token: components["schemas"]["Token"];
            /**
             * @description What `value` is.
             * @constant
             */
            readonly form: "bank_account";
            /**
             * @description The data type.
             * @constant
             */
            readonly type: "bank_account";
            /** @description The view that `value` is. */
            readonly view: components["schemas"]["View"];
            /** @description The value. */
            readonly value: {
                /** @description ABA routing number, 9 digits. */
                readonly routingNumber?: string;
                /** @description BIC (ISO 9362). */
                readonly bic?: string;
                /** @description Letters and digits, without spaces. */
                readonly accountNumber: string;
                /** @description `checking` or `savings`. */
                readonly accountType?: string;
            };
        };
        /**
         * Revealed card
         * @description A token and the plain value that it stands for.
         */
        readonly RevealedCard: {
            readonly token: components["schemas"]["Token"];
            /**
             * @description What `value` is.
             * @constant
             */
            readonly form: "card";
            /**
             * @description The data type.
             * @constant
             */
            readonly type: "card";
            /** @description The view that `value` is. */
            readonly view: components["schemas"]["View"];
            /** @description The value. */
            readonly value: {
                /** @description Digits alone. */
                readonly number: string;
                /** @description 1 to 12. */
                readonly expiryMonth: number;
                /** @description Four digits. */
                readonly expiryYear: number;
                /** @description The name on the card. */
                readonly holder?: string;
            };
        };
        /**
         * Revealed json
         * @description A token and what it stands for, which can be any JSON.
         */
        readonly RevealedJson: {
            readonly token: components["schemas"]["Token"];
            /**
             * @description What `value` is.
             * @constant
             */
            readonly form: "json";
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
        /**
         * Revealed name
         * @description A token and the plain value that it stands for.
         */
        readonly RevealedName: {
            readonly token: components["schemas"]["Token"];
            /**
             * @description What `value` is.
             * @constant
             */
            readonly form: "name";
            /**
             * @description The data type.
             * @constant
             */
            readonly type: "name";
            /** @description The view that `value` is. */
            readonly view: components["schemas"]["View"];
            /** @description The value. */
            readonly value: {
                /** @description Given names; empty where there is none. */
                readonly given: string;
                /** @description Family name; empty where there is none. */
                readonly family: string;
            };
        };
        /**
         * Revealed national id
         * @description A token and the plain value that it stands for.
         */
        readonly RevealedNationalId: {
            readonly token: components["schemas"]["Token"];
            /**
             * @description What `value` is.
             * @constant
             */
            readonly form: "national_id";
            /**
             * @description The data type.
             * @constant
             */
            readonly type: "national_id";
            /** @description The view that `value` is. */
            readonly view: components["schemas"]["View"];
            /** @description The value. */
            readonly value: {
                /** @description ISO 3166-1 alpha-2. */
                readonly country: string;
                /** @description Which of the country’s numbers. */
                readonly kind: string;
                /** @description In upper case, without spaces and punctuation. */
                readonly number: string;
            };
        };
        /**
         * Revealed postal code
         * @description A token and the plain value that it stands for.
         */
        readonly RevealedPostalCode: {
            readonly token: components["schemas"]["Token"];
            /**
             * @description What `value` is.
             * @constant
             */
            readonly form: "postal_code";
            /**
             * @description The data type.
             * @constant
             */
            readonly type: "postal_code";
            /** @description The view that `value` is. */
            readonly view: components["schemas"]["View"];
            /** @description The value. */
            readonly value: {
                /** @description As the country writes it, in upper case. */
                readonly code: string;
                /** @description ISO 3166-1 alpha-2, or XK. */
                readonly country: string;
            };
        };
        /**
         * Revealed text
         * @description A token and the text that it stands for, or a view of it.
         */
        readonly RevealedText: {
            readonly token: components["schemas"]["Token"];
            /**
             * @description What `value` is.
             * @constant
             */
            readonly form: "text";
            /**
             * @description Name of a data type.
             * @example email
             */
            readonly type: string;
            /** @description The view that `value` is. */
            readonly view: components["schemas"]["View"];
            /** @description The value, as far as `view` shows it. */
            readonly value: string;
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
        readonly Role: "admin" | "app" | "support" | "receiver" | "auditor" | "security";
        /** @description A place outside the databases that keeps the secrets of epochs. */
        readonly RootSlot: {
            /**
             * @description The root slot’s name.
             * @example file
             */
            readonly name: string;
            /**
             * @description What kind of place it is.
             * @enum {string}
             */
            readonly kind: "file" | "pkcs11" | "transit";
            /** @description Whether no epoch begins without it. */
            readonly required: boolean;
            /**
             * @description What was said of it when it was added. Its PIN or token is not among it, nor a path of the machine.
             * @example {
             *       "url": "https://bao.internal:8200",
             *       "mount": "transit"
             *     }
             */
            readonly settings: {
                readonly [key: string]: string;
            };
            /**
             * Format: date-time
             * @description When it was added, UTC; of the slot that a vault begins with, when its first epoch was made.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly addedAt?: string;
            /**
             * Format: date-time
             * @description When it was removed, UTC; absent while it is in force.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly removedAt?: string;
        };
        readonly RotateApiKeyBody: {
            /**
             * @description How long the API key in use goes on working. 0 ends every other key of the principal at once, as after a leak.
             * @default 86400
             * @example 86400
             */
            readonly overlapSeconds: number;
            /** @description When the new API key stops working, UTC; null: never; absent: when the one in use was to. */
            readonly expiresAt?: string | null;
        };
        readonly RotateApiKeyReply: {
            readonly principal: components["schemas"]["PrincipalId"];
            readonly key: components["schemas"]["ApiKeyId"];
            /** @description The new API key. It is shown this once and kept nowhere. */
            readonly apiKey: string;
            /**
             * Format: date-time
             * @description When it stops working; absent: never.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly expiresAt?: string;
            /** @description The API keys that it takes over from, with their ends. */
            readonly ending: readonly components["schemas"]["ApiKey"][];
        };
        /** @description What to rotate: an index key, or, where nothing is named, the epoch. */
        readonly RotateKeysBody: {
            /**
             * @description Replace the key of this index, a data type or a part of one; absent: close the epoch.
             * @example email
             */
            readonly index?: string;
        };
        readonly RotateKeysReply: {
            readonly job: components["schemas"]["JobId"];
        };
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
            readonly country?: components["schemas"]["Country"];
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
            /**
             * @description Where the next page begins: send it as `after`. Absent on the last page; a page before it may hold nothing.
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
        readonly SetUniqueBody: {
            /** @description Whether a value that a record has already is refused to every other from now on. */
            readonly unique: boolean;
        };
        /** @description A value by which exactly one person is found. */
        readonly SignInName: {
            /**
             * @description A data type whose values nearly everybody has to themselves.
             * @example username
             */
            readonly type: string;
            /**
             * @description The name as it was typed.
             * @example jane.doe
             */
            readonly value: unknown;
        };
        /** @description A root slot in force, and how it is. */
        readonly SlotCheck: {
            /**
             * @description The root slot’s name.
             * @example file
             */
            readonly name: string;
            /**
             * @description What kind of place it is.
             * @enum {string}
             */
            readonly kind: "file" | "pkcs11" | "transit";
            /** @description Whether no epoch begins without it. */
            readonly required: boolean;
            /**
             * @description What kind of promise stands behind its deletions.
             * @enum {string}
             */
            readonly tier: "overwritten" | "hardware" | "service";
            /**
             * @description What answers, as it names itself; absent where nothing does.
             * @example transit engine 2.4.1
             */
            readonly product?: string;
            /** @description What its deletions cannot rule out. */
            readonly limits?: string;
            /** @description Why it is out of reach. */
            readonly problem?: string;
            /**
             * @description The epochs whose secret it hands out.
             * @example [
             *       12
             *     ]
             */
            readonly holds: readonly number[];
            /**
             * @description The epochs in use whose secret it should have, and has not.
             * @example [
             *       12
             *     ]
             */
            readonly lacks: readonly number[];
            /**
             * @description The epochs for which it hands out another secret.
             * @example [
             *       12
             *     ]
             */
            readonly wrong: readonly number[];
            /**
             * @description The epochs of which it has something although they were destroyed.
             * @example [
             *       12
             *     ]
             */
            readonly returned: readonly number[];
            /** @description How long it took to answer. */
            readonly latencyMs: number;
            /** @description Whether it does what a root slot must. */
            readonly healthy: boolean;
        };
        /**
         * @description The person the data is about.
         * @example sub_01m81j18g0ewqr325zy4z929z5
         */
        readonly SubjectId: string;
        /** @description A division of the vault, isolated from the others. */
        readonly Tenant: {
            readonly tenant: components["schemas"]["TenantId"];
            /**
             * @description A name for the division, such as `shop-eu`.
             * @example shop-eu
             */
            readonly name: string;
            /**
             * Format: date-time
             * @description When it was added, UTC.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly createdAt: string;
            /**
             * Format: date-time
             * @description Since when nothing of it opens; absent: it lives.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly erasedAt?: string;
        };
        /**
         * @description A division of the vault.
         * @example ten_01m6b1yq00eb6sx0f2tx83rp19
         */
        readonly TenantId: string;
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
            /** @description Why it is asked whether equal values are there: must be stated where an item says `reuse`, or its type is `unique`. */
            readonly purpose?: components["schemas"]["Purpose"];
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
            readonly country?: components["schemas"]["Country"];
            /** @description The person: the app’s ref, or a subject id (`sub_…`). Not from a caller that is tied to an audience. */
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
            /** @description Whether an equal value, of the same type, subject, audience and format, gets the token it had before. Equal is what search finds (cards of one number); the value that was stored first stays. Asks as a search does: for a `purpose`, and within the budget of guesses. */
            readonly reuse?: boolean;
            /** @description A token that stood for the value in another vault, to be kept. Not from a caller that is tied to an audience. */
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
        readonly VerifyBody: components["schemas"]["VerifyToken"] | components["schemas"]["VerifySearch"] | components["schemas"]["VerifySubject"];
        readonly VerifyReply: {
            /**
             * @description Whether it is.
             * @example true
             */
            readonly verified: boolean;
            /** @description The person, if a name led to one and it is the right value. Not told to a caller that is tied to an audience. */
            readonly subject?: components["schemas"]["SubjectId"];
            /** @description The token of what was verified, likewise. */
            readonly token?: components["schemas"]["Token"];
        };
        /** @description Against what the person has whom a value names, such as a username. */
        readonly VerifySearch: {
            readonly search: components["schemas"]["SignInName"];
            /**
             * @description The data type of what is verified.
             * @example password
             */
            readonly type: string;
            /**
             * @description The app’s word for it; needed where the person has several of that type.
             * @example billing
             */
            readonly label?: string;
            /**
             * @description What may be the right value, such as the password that somebody typed.
             * @example jane.doe@example.com
             */
            readonly value: unknown;
            readonly purpose: components["schemas"]["Purpose"];
            /**
             * @description Why, in the caller’s words. Kept as a MAC only: a reason shown later can be checked, none can be read.
             * @example case 4711
             */
            readonly reason?: string;
        };
        /** @description Against what a person has whom the app names. */
        readonly VerifySubject: {
            /** @description The person: the app’s ref, or a subject id (`sub_…`). Not from a caller that is tied to an audience. */
            readonly subject: components["schemas"]["Ref"];
            /**
             * @description The data type of what is verified.
             * @example password
             */
            readonly type: string;
            /**
             * @description The app’s word for it; needed where the person has several of that type.
             * @example billing
             */
            readonly label?: string;
            /**
             * @description What may be the right value, such as the password that somebody typed.
             * @example jane.doe@example.com
             */
            readonly value: unknown;
            readonly purpose: components["schemas"]["Purpose"];
            /**
             * @description Why, in the caller’s words. Kept as a MAC only: a reason shown later can be checked, none can be read.
             * @example case 4711
             */
            readonly reason?: string;
        };
        /** @description Against the value that a token stands for. */
        readonly VerifyToken: {
            readonly token: components["schemas"]["Token"];
            /**
             * @description What may be the right value, such as the password that somebody typed.
             * @example jane.doe@example.com
             */
            readonly value: unknown;
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
    readonly match: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["MatchBody"];
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
                    readonly "application/json": components["schemas"]["MatchReply"];
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
                /** @description The `next` of the page before. */
                readonly after?: components["schemas"]["RecordId"];
                /** @description How many a page holds at most. */
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
    readonly getCertificate: {
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
                    readonly "application/json": components["schemas"]["GetCertificateReply"];
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
    readonly setUnique: {
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
                readonly "application/json": components["schemas"]["SetUniqueBody"];
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
    readonly countDoubles: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description Name of a data type. */
                readonly type: string;
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
                    readonly "application/json": components["schemas"]["Doubles"];
                };
            };
        };
    };
    readonly listKeys: {
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
                    readonly "application/json": components["schemas"]["ListKeysReply"];
                };
            };
        };
    };
    readonly compromiseKeys: {
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
                readonly "application/json": components["schemas"]["CompromiseKeysBody"];
            };
        };
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 202: {
                headers: {
                    /** @description Id of the request, as in the log and the audit entry. */
                    readonly "X-Request-Id"?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["CompromiseKeysReply"];
                };
            };
        };
    };
    readonly listExposed: {
        readonly parameters: {
            readonly query?: {
                /** @description What this job sealed anew; absent: what any did. */
                readonly job?: components["schemas"]["JobId"];
                /** @description The `next` of the page before. */
                readonly after?: string;
                /** @description How many a page holds at most. */
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
                    readonly "application/json": components["schemas"]["ListExposedReply"];
                };
            };
        };
    };
    readonly rotateKeys: {
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
                readonly "application/json": components["schemas"]["RotateKeysBody"];
            };
        };
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 202: {
                headers: {
                    /** @description Id of the request, as in the log and the audit entry. */
                    readonly "X-Request-Id"?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["RotateKeysReply"];
                };
            };
        };
    };
    readonly getJob: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description A long job that was ordered. */
                readonly job: components["schemas"]["JobId"];
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
                    readonly "application/json": components["schemas"]["Job"];
                };
            };
        };
    };
    readonly jobEvents: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description A long job that was ordered. */
                readonly job: components["schemas"]["JobId"];
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
                    readonly "text/event-stream": string;
                };
            };
        };
    };
    readonly listJobs: {
        readonly parameters: {
            readonly query?: {
                /** @description The `next` of the page before. */
                readonly after?: components["schemas"]["JobId"];
                /** @description How many a page holds at most. */
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
                    readonly "application/json": components["schemas"]["ListJobsReply"];
                };
            };
        };
    };
    readonly listSlots: {
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
                    readonly "application/json": components["schemas"]["ListSlotsReply"];
                };
            };
        };
    };
    readonly checkSlots: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["CheckSlotsBody"];
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
                    readonly "application/json": components["schemas"]["CheckSlotsReply"];
                };
            };
        };
    };
    readonly removeSlot: {
        readonly parameters: {
            readonly query?: {
                /** @description Whether it may be given up although nothing can be destroyed in it. Every certificate that needs one of its epochs then stays pending, and says so. */
                readonly abandon?: "true" | "false";
            };
            readonly header?: never;
            readonly path: {
                /** @description The name of a root slot, for good: certificates speak of it. */
                readonly name: string;
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
                    readonly "application/json": components["schemas"]["RemoveSlotReply"];
                };
            };
        };
    };
    readonly orderBackup: {
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
                readonly "application/json": components["schemas"]["OrderBackupBody"];
            };
        };
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 202: {
                headers: {
                    /** @description Id of the request, as in the log and the audit entry. */
                    readonly "X-Request-Id"?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["OrderBackupReply"];
                };
            };
        };
    };
    readonly orderDrill: {
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
                readonly "application/json": components["schemas"]["OrderDrillBody"];
            };
        };
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 202: {
                headers: {
                    /** @description Id of the request, as in the log and the audit entry. */
                    readonly "X-Request-Id"?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["OrderDrillReply"];
                };
            };
        };
    };
    readonly getMe: {
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
                    readonly "application/json": components["schemas"]["GetMeReply"];
                };
            };
        };
    };
    readonly listPrincipals: {
        readonly parameters: {
            readonly query?: {
                /** @description The `next` of the page before. */
                readonly after?: components["schemas"]["PrincipalId"];
                /** @description How many a page holds at most. */
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
    readonly changePrincipal: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description Who calls. */
                readonly principal: components["schemas"]["PrincipalId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["ChangePrincipalBody"];
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
                    readonly "application/json": components["schemas"]["Principal"];
                };
            };
        };
    };
    readonly rotateApiKey: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes a repeated call safe: with the same key and the same request, within 24 hours, the work is done once and the answer is the same. Visible ASCII, such as a random UUID; not personal data. */
                readonly "Idempotency-Key"?: string;
            };
            readonly path: {
                /** @description Who calls. */
                readonly principal: components["schemas"]["PrincipalId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["RotateApiKeyBody"];
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
                    readonly "application/json": components["schemas"]["RotateApiKeyReply"];
                };
            };
        };
    };
    readonly endApiKey: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description Who calls. */
                readonly principal: components["schemas"]["PrincipalId"];
                /** @description An API key; its id is not secret. It also stands in the API key itself, behind `lethe_`. */
                readonly key: components["schemas"]["ApiKeyId"];
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
                    readonly "application/json": components["schemas"]["EndApiKeyReply"];
                };
            };
        };
    };
    readonly listTenants: {
        readonly parameters: {
            readonly query?: {
                /** @description The `next` of the page before. */
                readonly after?: components["schemas"]["TenantId"];
                /** @description How many a page holds at most. */
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
                    readonly "application/json": components["schemas"]["ListTenantsReply"];
                };
            };
        };
    };
    readonly addTenant: {
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
                /** @description The `next` of the page before. */
                readonly after?: components["schemas"]["AuditId"];
                /** @description How many a page holds at most. */
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
    readonly getJwks: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The keys, the oldest first. */
            readonly 200: {
                headers: {
                    /** @description Id of the request, as in the log and the audit entry. */
                    readonly "X-Request-Id"?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/jwk-set+json": components["schemas"]["Jwks"];
                };
            };
        };
    };
}
/** The codes of problems that this version of the vault knows. */
export type ProblemCode =
    | "malformed_request"
    | "unauthenticated"
    | "not_allowed"
    | "purpose_not_allowed"
    | "never_revealed"
    | "route_not_found"
    | "method_not_allowed"
    | "token_not_found"
    | "record_not_found"
    | "subject_not_found"
    | "erasure_not_found"
    | "job_not_found"
    | "tenant_not_found"
    | "epoch_not_found"
    | "node_not_found"
    | "slot_not_found"
    | "principal_not_found"
    | "api_key_not_found"
    | "concurrent_change"
    | "value_not_unique"
    | "lease_lost"
    | "epoch_not_ended"
    | "api_key_already_shown"
    | "own_principal"
    | "rolling_over"
    | "api_key_ended"
    | "type_base_fixed"
    | "backup_not_configured"
    | "drill_needs_command"
    | "too_many_jobs"
    | "too_many_types"
    | "too_many_versions"
    | "tenant_exists"
    | "first_tenant"
    | "unfit_root_key"
    | "share_repeated"
    | "shares_disagree"
    | "already_exists"
    | "node_alive"
    | "slot_exists"
    | "slot_needed"
    | "slot_unfit"
    | "token_taken"
    | "token_outdated"
    | "principal_revoked"
    | "token_expired"
    | "token_used_up"
    | "token_revoked"
    | "record_erased"
    | "record_superseded"
    | "subject_erased"
    | "tenant_erased"
    | "body_too_large"
    | "unsupported_media_type"
    | "invalid_request"
    | "invalid_value"
    | "unknown_index"
    | "index_not_rotatable"
    | "unknown_type"
    | "unknown_keep"
    | "unique_not_offered"
    | "invalid_definition"
    | "low_entropy_index"
    | "unknown_view"
    | "not_searchable"
    | "unknown_part"
    | "option_not_offered"
    | "token_format_not_offered"
    | "invalid_token"
    | "invalid_share_count"
    | "share_typo"
    | "share_foreign"
    | "share_wrong"
    | "too_many_shares"
    | "too_many_guesses"
    | "too_many_passwords"
    | "client_gone"
    | "idempotency_key_reused"
    | "not_confirmed"
    | "integrity_failure"
    | "store_corrupt"
    | "internal_error"
    | "store_unavailable"
    | "timed_out"
    | "outcome_unknown"
    | "store_replaced"
    | "key_unavailable"
    | "store_went_back"
    | "journal_unavailable"
    | "shutting_down"
    | "sealed"
    | "unseal_failed"
    | "overloaded";
