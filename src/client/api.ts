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
         *
         *     Its own problems: `invalid_value`, `unknown_type`, `subject_not_found`, `subject_erased`, `concurrent_change`, `option_not_offered`, `token_format_not_offered`, `invalid_token`, `token_taken`, `purpose_not_allowed`, `too_many_guesses`, `too_many_passwords`, `value_not_unique`.
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
         *
         *     Its own problems: `purpose_not_allowed`.
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
         *
         *     Its own problems: `purpose_not_allowed`, `invalid_value`, `unknown_type`, `not_searchable`, `unknown_part`, `too_many_guesses`, `option_not_offered`.
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
         *
         *     Its own problems: `token_not_found`, `token_expired`, `token_used_up`, `token_revoked`, `record_erased`, `record_superseded`, `invalid_value`, `too_many_guesses`, `purpose_not_allowed`, `unknown_type`, `not_searchable`.
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
         *
         *     Its own problems: `token_not_found`, `token_expired`, `token_used_up`, `token_revoked`, `record_erased`, `record_superseded`, `purpose_not_allowed`, `never_revealed`, `invalid_value`, `unknown_type`, `unknown_part`, `option_not_offered`, `too_many_guesses`.
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
        /**
         * Say what a token is; never its value.
         * @description Its own problems: `token_not_found`, `token_expired`, `token_used_up`, `token_revoked`, `record_erased`.
         */
        readonly get: operations["describeToken"];
        readonly put?: never;
        readonly post?: never;
        /**
         * Revoke a token; its record and its other tokens stay.
         * @description Answered when both stores and the journal know of it, so that no older copy of one brings it back. With a 503 it may hold already, which `token_revoked` then says to a repeated call; the vault goes on to make it known by itself.
         *
         *     Its own problems: `token_not_found`, `token_expired`, `token_used_up`, `token_revoked`, `record_erased`, `concurrent_change`, `journal_unavailable`.
         */
        readonly delete: operations["revokeToken"];
        readonly options?: never;
        readonly head?: never;
        /**
         * Give a token another end, counted from now.
         * @description A token that has ended stays so. A caller tied to an audience may shorten its tokens, not lengthen them.
         *
         *     Its own problems: `token_not_found`, `token_expired`, `token_used_up`, `token_revoked`, `record_erased`, `concurrent_change`.
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
         *
         *     Its own problems: `record_not_found`, `record_erased`, `record_superseded`, `concurrent_change`, `option_not_offered`, `token_format_not_offered`.
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
        /**
         * Say what a record is, and list its tokens; never its value.
         * @description Its own problems: `record_not_found`, `record_erased`.
         */
        readonly get: operations["describeRecord"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        /**
         * Correct a value; its tokens stay.
         * @description The new value is sealed under a new key, and the old key is destroyed. Refused while a live token shows of the old value what the new one has not, as one in the format `card` does of another card: end it first, then mint another.
         *
         *     Its own problems: `record_not_found`, `record_erased`, `record_superseded`, `invalid_value`, `concurrent_change`, `option_not_offered`, `journal_unavailable`, `token_outdated`, `value_not_unique`, `too_many_guesses`, `purpose_not_allowed`.
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
         *
         *     Its own problems: `subject_not_found`, `subject_erased`, `too_many_guesses`.
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
        /**
         * What is held about a subject; no values.
         * @description Its own problems: `subject_not_found`, `subject_erased`.
         */
        readonly get: operations["getSubject"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/subjects/{subject}/choices/{purpose}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * What a person has chosen of one purpose, and what proves it.
         * @description The newest first. After the person was erased, this still answers whoever has the subject’s id: a keyed digest of it, the dates and the texts are kept. Of a person of whom nothing is known, the list is empty.
         */
        readonly get: operations["readChoiceHistory"];
        /**
         * Note what a person has chosen.
         * @description The newest choice decides, from the next look on. Which choices a purpose takes follows from its legal basis: 409 `choice_not_taken` says why one is not. With a 503 it may hold already: call again until it is answered.
         *
         *     Its own problems: `choice_not_taken`, `purpose_not_found`, `subject_not_found`, `subject_erased`, `unknown_type`, `journal_unavailable`.
         */
        readonly put: operations["recordChoice"];
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/subjects/{subject}/choices": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * What a person has chosen, as it stands.
         * @description Its own problems: `subject_not_found`, `subject_erased`.
         */
        readonly get: operations["listChoices"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/choices/filter": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Of a list for a campaign, those that may be used.
         * @description Takes subjects or tokens, and gives back those whose person has not said no to the purpose, and has consented where it rests on consent. Unknown, erased and restricted ones are left out, and tokens that carry their own value.
         *
         *     Its own problems: `purpose_not_allowed`.
         */
        readonly post: operations["filterChoices"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/choices/links": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Make unsubscribe links for a mailing (RFC 8058).
         * @description A link says no to this one purpose and does nothing else; it tells neither the person nor the purpose. A POST to the app’s URL is the click: pass the link on to `POST /v1/choices/unsubscribe`. A GET is not: programs that look through mail follow links, so show a page with a button.
         *
         *     Its own problems: `purpose_not_found`, `choice_not_taken`.
         */
        readonly post: operations["makeLinks"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/choices/unsubscribe": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Take the click on an unsubscribe link.
         * @description May be passed on again. Answer the click with a success also where the person was erased.
         *
         *     Its own problems: `link_not_found`, `choice_not_taken`, `purpose_not_found`, `subject_not_found`, `subject_erased`, `journal_unavailable`.
         */
        readonly post: operations["unsubscribe"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/subjects/{subject}/restriction": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        /**
         * Restrict a person’s data to some purposes, or to none (GDPR Art. 18).
         * @description Takes the place of a restriction that stands. Stops every purpose but those in `except`, whatever they rest on. With a 503 it may hold already: call again until it is answered.
         *
         *     Its own problems: `purpose_not_found`, `subject_not_found`, `subject_erased`, `journal_unavailable`.
         */
        readonly put: operations["restrictSubject"];
        readonly post?: never;
        /**
         * Lift the restriction of a person’s data.
         * @description Tell the person before (GDPR Art. 18(3)). Objections and withdrawals stay.
         *
         *     Its own problems: `not_restricted`, `subject_not_found`, `subject_erased`.
         */
        readonly delete: operations["liftRestriction"];
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
         *
         *     Its own problems: `subject_not_found`, `subject_erased`, `record_not_found`, `token_not_found`, `token_expired`, `token_used_up`, `token_revoked`, `record_erased`, `tenant_not_found`, `tenant_erased`, `not_confirmed`, `first_tenant`, `approval_needed`, `too_many_approvals`, `journal_unavailable`.
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
         *
         *     Its own problems: `erasure_not_found`.
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
         *
         *     Its own problems: `erasure_not_found`.
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
        /**
         * The data types there are for the caller’s tenant.
         * @description The data types there are for the caller’s tenant.
         */
        readonly get: operations["listTypes"];
        readonly put?: never;
        /**
         * Declare a data type of the tenant’s own, or a new version of one.
         * @description What is stored already stays readable, and is shown by the views of the newest version. A definition that stands already is no change. Other nodes follow within 5 seconds.
         *
         *     Its own problems: `invalid_definition`, `low_entropy_index`, `type_base_fixed`, `too_many_types`, `too_many_versions`, `already_exists`.
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
         *
         *     Its own problems: `unknown_type`, `unknown_keep`, `unique_not_offered`.
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
         *
         *     Its own problems: `unknown_type`, `unique_not_offered`.
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
         *
         *     Its own problems: `unknown_type`, `not_searchable`.
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
         *
         *     Its own problems: `epoch_not_found`, `epoch_not_ended`, `subject_not_found`, `subject_erased`, `too_many_jobs`, `concurrent_change`.
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
         *
         *     Its own problems: `unknown_index`, `index_not_rotatable`, `too_many_jobs`, `concurrent_change`.
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
         *
         *     Its own problems: `job_not_found`.
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
         *
         *     Its own problems: `job_not_found`.
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
         *
         *     Its own problems: `key_unavailable`.
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
         *
         *     Its own problems: `slot_not_found`, `slot_needed`, `concurrent_change`, `key_unavailable`.
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
         *
         *     Its own problems: `backup_not_configured`, `too_many_jobs`, `concurrent_change`.
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
         *
         *     Its own problems: `backup_not_configured`, `drill_needs_command`, `too_many_jobs`, `concurrent_change`.
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
        /**
         * The principals of the caller’s tenant.
         * @description The principals of the caller’s tenant.
         */
        readonly get: operations["listPrincipals"];
        readonly put?: never;
        /**
         * Add a principal and get its API key, once.
         * @description Its own problems: `unknown_purpose`, `unknown_role`, `invalid_network`, `duties_conflict`, `api_key_already_shown`, `approval_needed`, `too_many_approvals`, `journal_unavailable`.
         */
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
         *
         *     Its own problems: `principal_not_found`, `own_principal`, `journal_unavailable`.
         */
        readonly delete: operations["revokePrincipal"];
        readonly options?: never;
        readonly head?: never;
        /**
         * Change the purposes of a principal, its networks, or the end of its API key.
         * @description Holds from the next call on. What is not named stays. An API key that has ended stays so: rotate it. With a 503 it may hold already: call again until it is answered.
         *
         *     Its own problems: `principal_not_found`, `principal_revoked`, `own_principal`, `unknown_purpose`, `invalid_network`, `api_key_ended`, `journal_unavailable`, `approval_needed`, `too_many_approvals`.
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
         *
         *     Its own problems: `principal_not_found`, `principal_revoked`, `rolling_over`, `own_principal`, `journal_unavailable`, `approval_needed`, `too_many_approvals`.
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
         *
         *     Its own problems: `principal_not_found`, `principal_revoked`, `api_key_not_found`, `own_principal`, `journal_unavailable`.
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
         *
         *     Its own problems: `tenant_exists`.
         */
        readonly post: operations["addTenant"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/tenants/{tenant}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        /**
         * Suspend a tenant, or let it go on.
         * @description Only administrators and the security team of the first tenant may. Every call of a suspended tenant is refused (`tenant_suspended`); nothing of it is lost. With a 503 it may hold already: call again until it is answered.
         *
         *     Its own problems: `tenant_not_found`, `tenant_erased`, `tenant_needed`, `journal_unavailable`.
         */
        readonly patch: operations["changeTenant"];
        readonly trace?: never;
    };
    readonly "/v1/roles": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * The roles there are for the caller’s tenant, with their rules.
         * @description The roles there are for the caller’s tenant, with their rules.
         */
        readonly get: operations["listRoles"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/roles/{role}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * One role: its rules, who has it, and its earlier versions.
         * @description Its own problems: `role_not_found`.
         */
        readonly get: operations["readRole"];
        /**
         * Make or change a role of the tenant’s own.
         * @description Holds from the next call on. The answer says what it opened and closed; POST /v1/roles/{role}/preview says so before. The same rules again are no change. With a 503 it may hold already: call again until it is answered.
         *
         *     Its own problems: `built_in_role`, `own_role`, `role_changed`, `invalid_role`, `duties_conflict`, `too_many_roles`, `journal_unavailable`, `approval_needed`, `too_many_approvals`.
         */
        readonly put: operations["changeRole"];
        readonly post?: never;
        /**
         * End a role of the tenant’s own that no principal has.
         * @description To stop everybody who has a role at once, change it to one without rules. With a 503 it may have ended already: call again until it is answered.
         *
         *     Its own problems: `role_not_found`, `built_in_role`, `own_role`, `role_in_use`, `journal_unavailable`.
         */
        readonly delete: operations["endRole"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/roles/{role}/preview": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * What a changed role would open and close. Changes nothing.
         * @description `replayed` tries it on the log: how many values that those who have the role asked for in the last 30 days would have been answered differently.
         *
         *     Its own problems: `built_in_role`, `own_role`, `role_changed`, `invalid_role`, `duties_conflict`.
         */
        readonly post: operations["previewRole"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/access/explain": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Why somebody may do something, or may not, and what would be needed.
         * @description Nothing is revealed and no token is asked for. What an audience, a tenant or a budget of guesses narrows for a single token is not told here.
         *
         *     Its own problems: `principal_not_found`, `principal_revoked`, `unknown_role`, `unknown_type`.
         */
        readonly post: operations["explainAccess"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/access/matrix": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * All that each role allows, or one of them.
         * @description What a principal may do is narrowed further by its purposes, its audience and its tenant.
         *
         *     Its own problems: `role_not_found`, `matrix_too_large`.
         */
        readonly get: operations["readAccessMatrix"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/access/exposure": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Which subjects and data types a principal has seen, from the log.
         * @description For an API key that may have been stolen: exactly what its principal was shown, in which view, and when. `limit` is how many entries of the log a page reads; a page may end sooner, and hold nothing.
         *
         *     Its own problems: `principal_not_found`.
         */
        readonly get: operations["readAccessExposure"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/access/review": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Who can see what, by which rule, and when they last did.
         * @description Of the principals in force. A page may be shorter than `limit` and still have a `next`.
         */
        readonly get: operations["readAccessReview"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/purposes": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * The purposes for which values of the caller’s tenant may be asked.
         * @description Not for an API key that is tied to an audience: `GET /v1/me` names its own.
         */
        readonly get: operations["listPurposes"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/purposes/{purpose}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * One purpose, and what people were told before.
         * @description Its own problems: `purpose_not_found`.
         */
        readonly get: operations["getPurpose"];
        /**
         * Declare a purpose, or say something else of it.
         * @description The body is all that is said of it from now on; what was said before stays readable. One that had ended is in use again. With a 503 it may hold already: call again until it is answered.
         *
         *     Its own problems: `unknown_type`, `too_many_purposes`, `approval_needed`, `too_many_approvals`, `journal_unavailable`.
         */
        readonly put: operations["declarePurpose"];
        readonly post?: never;
        /**
         * End a purpose that no principal has any more.
         * @description From then on it can be given to nobody. A repeat changes nothing. With a 503 it may have ended already: call again until it is answered.
         *
         *     Its own problems: `purpose_not_found`, `purpose_in_use`, `journal_unavailable`.
         */
        readonly delete: operations["endPurpose"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/approvals": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * What waits for a second person, and what has become of it.
         * @description What waits for a second person, and what has become of it.
         */
        readonly get: operations["listApprovals"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/approvals/{approval}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * An approval: who has asked for what, and who has said yes.
         * @description Its own problems: `approval_not_found`.
         */
        readonly get: operations["getApproval"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/approvals/{approval}/approve": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Approve what somebody else has asked for.
         * @description Nothing is done by it: whoever asked sends the same call again. Until then it can be refused, and the yes of somebody who may no longer approve does not count.
         *
         *     Its own problems: `approval_not_found`, `own_approval`, `approval_ended`.
         */
        readonly post: operations["giveApproval"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/approvals/{approval}/refuse": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Refuse what somebody else has asked for.
         * @description For good: whoever asked may ask anew. With a 503 it may be refused already: call again.
         *
         *     Its own problems: `approval_not_found`, `own_approval`, `approval_ended`, `journal_unavailable`.
         */
        readonly post: operations["refuseApproval"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/approvals/{approval}/withdraw": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Take back what one has asked for oneself.
         * @description For good, whether it was approved or not. With a 503 it may be withdrawn already: call again.
         *
         *     Its own problems: `approval_not_found`, `not_own_approval`, `approval_ended`, `journal_unavailable`.
         */
        readonly post: operations["withdrawApproval"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/approval-policy": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * How many must approve, and who could.
         * @description How many must approve, and who could.
         */
        readonly get: operations["getApprovalPolicy"];
        /**
         * Say what takes a second person, and how many.
         * @description From the first policy on, these wait for approval: a new API key that may see values plain or approve, a role that sees more plain, purposes for a principal that sees plain, an erasure of many subjects or of a tenant, a new root key, and less approval than now. As long as nobody else could approve, they do not wait.
         *
         *     Its own problems: `approval_needed`, `too_many_approvals`, `journal_unavailable`.
         */
        readonly put: operations["setApprovalPolicy"];
        readonly post?: never;
        /**
         * Let nothing of the tenant need approval any more.
         * @description Its own problems: `approval_needed`, `too_many_approvals`, `journal_unavailable`.
         */
        readonly delete: operations["endApprovalPolicy"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/grants": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * The grants of the tenant, also those that are over; whoever uses grants sees its own.
         * @description The grants of the tenant, also those that are over; whoever uses grants sees its own.
         */
        readonly get: operations["listGrants"];
        readonly put?: never;
        /**
         * Order a grant: to see something of certain people for a time.
         * @description By the role’s rule it holds at once, or waits for somebody else’s approval; hooks are told `grant.waiting`. Its time runs from then. An order that nobody approves lapses after a day. With `breakGlass` it holds at once and has to be reviewed; while a review is overdue there is no other.
         *
         *     Its own problems: `subject_not_found`, `subject_erased`, `unknown_type`, `unknown_view`, `grant_in_vain`, `review_overdue`, `too_many_grants`, `grant_not_found`, `concurrent_change`.
         */
        readonly post: operations["orderGrant"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/grants/{grant}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * A grant: who, whom, what, why, and how it stands; never a value.
         * @description Its own problems: `grant_not_found`.
         */
        readonly get: operations["readGrant"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/grants/{grant}/approve": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Agree to somebody else’s grant; it begins when the last one needed has agreed.
         * @description Its own problems: `grant_not_found`, `own_grant`, `grant_not_open`, `already_approved`, `grant_lapsed`, `subject_erased`, `principal_not_found`, `principal_revoked`.
         */
        readonly post: operations["approveGrant"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/grants/{grant}/refuse": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Refuse a grant that waits for approval.
         * @description Its own problems: `grant_not_found`, `own_grant`, `grant_not_open`, `journal_unavailable`.
         */
        readonly post: operations["refuseGrant"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/grants/{grant}/review": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Say that you have reviewed somebody else’s break-glass grant.
         * @description The audit log says what was revealed under it: each entry of a reveal names its grant.
         *
         *     Its own problems: `grant_not_found`, `own_grant`, `grant_not_open`.
         */
        readonly post: operations["reviewGrant"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/grants/{grant}/revoke": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * End a grant before its time; it opens nothing from the next call on.
         * @description Whoever uses grants may give up its own. With a 503 it may hold already: call again until it is answered.
         *
         *     Its own problems: `grant_not_found`, `journal_unavailable`.
         */
        readonly post: operations["endGrant"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/tickets/{ticket}/close": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * A case of the helpdesk is closed: the grants for it end.
         * @description For the helpdesk’s own system. It may be opened again there; then grants are ordered anew.
         *
         *     Its own problems: `journal_unavailable`.
         */
        readonly post: operations["closeTicket"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/subjects/{subject}/grant-codes": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Make a code by which a person lets an agent see something of theirs.
         * @description For an app whose customer is signed in and talks to an agent: show the code to the customer alone. Whoever is told it redeems it once (POST /v1/grants/redeem), and sees these types of this one person for the minutes named.
         *
         *     Its own problems: `subject_not_found`, `subject_erased`, `unknown_type`, `unknown_view`, `too_many_grants`.
         */
        readonly post: operations["offerGrantCode"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/grants/redeem": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Redeem the code that a person has told: see something of theirs for some minutes.
         * @description Ten wrong codes a day are answered, and no more. With a 503 it may hold already: call again.
         *
         *     Its own problems: `code_not_found`, `own_grant`, `too_many_guesses`, `grant_not_found`, `unknown_type`, `journal_unavailable`.
         */
        readonly post: operations["redeemGrantCode"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/hooks": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * The hooks of the tenant, and how they get on.
         * @description The hooks of the tenant, and how they get on.
         */
        readonly get: operations["listHooks"];
        readonly put?: never;
        /**
         * Add a hook: an address that is told what happens, by signed messages.
         * @description Messages follow Standard Webhooks (`webhook-id`, `webhook-timestamp`, `webhook-signature`) and hold ids and the name of what happened: no value, ref or reason. They come in order, at least once, and are repeated for three days. An address is not changed: add another hook, and remove this one.
         *
         *     Its own problems: `address_refused`, `too_many_hooks`, `hook_secret_replaced`, `hook_not_found`.
         */
        readonly post: operations["addHook"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/hooks/{hook}": {
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
         * Remove a hook; it is told nothing more.
         * @description Answered when both stores and the journal know of it, so that no older copy of one brings it back. A message that is under way still arrives. With a 503 it may hold already.
         *
         *     Its own problems: `hook_not_found`, `journal_unavailable`.
         */
        readonly delete: operations["removeHook"];
        readonly options?: never;
        readonly head?: never;
        /**
         * Change what a hook is told, pause it, or let it go on.
         * @description Its own problems: `hook_not_found`.
         */
        readonly patch: operations["changeHook"];
        readonly trace?: never;
    };
    readonly "/v1/hooks/{hook}/rotate": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Give a hook another secret; messages carry both signatures for an overlap.
         * @description A secret that was replaced before ends at once: there are two at most.
         *
         *     Its own problems: `hook_not_found`, `hook_secret_replaced`.
         */
        readonly post: operations["rotateHook"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/hooks/{hook}/test": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Send a hook a message of the type `hook.test`.
         * @description Answers at once; `GET /v1/hooks/{hook}/deliveries` says when it was taken.
         *
         *     Its own problems: `hook_not_found`, `hook_paused`.
         */
        readonly post: operations["testHook"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/hooks/{hook}/deliveries": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * What a hook was told, and what it is still to be told.
         * @description Of the last 30 days, and as the hook is set now. What has just happened appears within seconds.
         *
         *     Its own problems: `hook_not_found`.
         */
        readonly get: operations["listDeliveries"];
        readonly put?: never;
        readonly post?: never;
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
        /**
         * The audit entries of the caller’s tenant, the newest first.
         * @description The audit entries of the caller’s tenant, the newest first.
         */
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
        /**
         * The state of the stores, the epoch, and work that waits.
         * @description The state of the stores, the epoch, and work that waits.
         */
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
    readonly "/healthz": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Say that the process runs. */
        readonly get: operations["getHealth"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/readyz": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Say whether a call would be answered. */
        readonly get: operations["getReadiness"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/metrics": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The metrics, for Prometheus. */
        readonly get: operations["getMetrics"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/unseal": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Say how many shares are missing. */
        readonly get: operations["getUnsealProgress"];
        readonly put?: never;
        /** Give a sealed vault a share of its root key. */
        readonly post: operations["unseal"];
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
        /** @description Something that a role allows. */
        readonly AccessCell: {
            /** @description What is done; the word of the audit log. */
            readonly action: string;
            /**
             * @description The data type; absent for what is not decided by type.
             * @example email
             */
            readonly type?: string;
            /** @description The stated purpose; `*`: every one that no rule of the role names. Absent where none is stated. */
            readonly purpose?: string;
            readonly view?: components["schemas"]["View"];
            /** @description Whose values or records: `granted` or `self`; absent: everybody’s. */
            readonly subjects?: string;
            readonly allowed: components["schemas"]["Sight"];
        };
        /** @description A principal in force, what it may do, and what of that it does. */
        readonly AccessReviewed: {
            readonly principal: components["schemas"]["PrincipalId"];
            /**
             * @description A name for the service or post, such as `checkout` or `support-desk-2`; never a person’s own name. Two may have one name: ids tell them apart.
             * @example checkout
             */
            readonly name: string;
            readonly role: components["schemas"]["Role"];
            /** @description The purposes for which it may ask for values. */
            readonly purposes: readonly components["schemas"]["Purpose"][];
            /** @description Its row was altered or damaged: its purposes cannot be read, and are left out. It is not let in. */
            readonly damaged?: boolean;
            /** @description The only audience whose tokens it can use; absent: all. */
            readonly audience?: components["schemas"]["Audience"];
            /** @description Addresses or networks in CIDR notation: the only ones from which it may call; absent: from everywhere; empty: from nowhere. */
            readonly networks?: readonly string[];
            /**
             * Format: date-time
             * @description When it was added, UTC.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly createdAt: string;
            /** @description Its API keys that work, the oldest first; two while one takes over. */
            readonly keys: readonly components["schemas"]["ApiKey"][];
            /** @description Whether an API key of it that works has no end. */
            readonly endless: boolean;
            /** @description Its purposes of which nobody has said what they rest on. */
            readonly undeclared: readonly string[];
            /**
             * Format: date-time
             * @description When it last called, UTC; absent: never.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly lastCall?: string;
            /**
             * Format: date-time
             * @description What is not used since then, UTC, has no `lastUsed`: the log was looked at back to here.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly usedSince: string;
            /** @description In the order of actions; empty for one whose row, or role, was altered. */
            readonly rights: readonly components["schemas"]["AccessRight"][];
        };
        /** @description Something that a principal may do. */
        readonly AccessRight: {
            /** @description What it may do; the word of the audit log. */
            readonly action: string;
            /** @description With values of this data type; absent for what shows none. */
            readonly type?: string;
            /** @description For this purpose. */
            readonly purpose?: string;
            /** @description The views that it may see, the widest first. */
            readonly views: readonly string[];
            /** @description Whether that depends on the reason, ticket, network or hour of the call. */
            readonly sometimes: boolean;
            /** @description By which rules of its role: their places, from 1. */
            readonly rules: readonly number[];
            /**
             * Format: date-time
             * @description When it last did so, UTC; absent: not since `usedSince`.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly lastUsed?: string;
        };
        /**
         * @description What a call does; the audit log’s word for it.
         * @enum {string}
         */
        readonly Action: "tokenize" | "detokenize" | "verify" | "match" | "describe_token" | "mint_token" | "change_token" | "read_record" | "search" | "correct" | "erase" | "read_erasure" | "read_certificate" | "resolve_subject" | "read_subject" | "list_types" | "declare_type" | "set_keep" | "set_unique" | "count_doubles" | "list_keys" | "compromise_keys" | "list_exposed" | "add_principal" | "list_principals" | "revoke_principal" | "change_principal" | "rotate_api_key" | "end_api_key" | "describe_caller" | "list_roles" | "read_role" | "change_role" | "end_role" | "explain_access" | "read_access_matrix" | "order_grant" | "list_grants" | "approve_grant" | "end_grant" | "close_ticket" | "offer_code" | "redeem_code" | "list_purposes" | "declare_purpose" | "end_purpose" | "add_tenant" | "list_tenants" | "suspend_tenant" | "erase_tenant" | "read_audit" | "read_access_exposure" | "read_access_review" | "read_status" | "rotate_keys" | "read_job" | "recover" | "backup" | "drill" | "restore" | "add_slot" | "remove_slot" | "check_slots" | "list_nodes" | "abandon_node" | "split_root" | "replace_root" | "record_choice" | "read_choices" | "filter_choices" | "restrict_subject" | "lift_restriction" | "add_hook" | "list_hooks" | "change_hook" | "remove_hook" | "test_hook" | "read_approvals" | "give_approval" | "refuse_approval" | "withdraw_approval" | "set_approval_policy" | "unseal" | "authenticate";
        readonly AddHookBody: {
            /**
             * @description Where messages go: https, to a public address, or into the networks of `LETHE_HOOK_NETWORKS`.
             * @example https://alarms.example.com/lethe
             */
            readonly url: string;
            /**
             * @description What the hook is told; absent: everything, also what later releases add.
             * @example [
             *       "integrity.failed",
             *       "guesses.locked_out"
             *     ]
             */
            readonly events?: readonly components["schemas"]["EventName"][];
        };
        readonly AddHookReply: {
            readonly hook: components["schemas"]["HookId"];
            /** @description The secret by which messages are signed. Shown this once; only the same call, under its idempotency key, shows it again. */
            readonly secret: string;
        };
        readonly AddPrincipalBody: {
            /**
             * @description A name for the service or post, such as `checkout` or `support-desk-2`; never a person’s own name. Two may have one name: ids tell them apart.
             * @example checkout
             */
            readonly name: string;
            readonly role: components["schemas"]["Role"];
            /** @description The purposes for which it may ask for values. */
            readonly purposes?: readonly components["schemas"]["Purpose"][];
            /** @description Ties it to this audience: it gets and uses that audience’s tokens alone, and is told and names no records and no subjects. A receiver needs one. */
            readonly audience?: components["schemas"]["Audience"];
            /**
             * @description Addresses or networks in CIDR notation: the only ones from which it may call; absent or null: from everywhere.
             * @example [
             *       "10.0.0.0/8"
             *     ]
             */
            readonly networks?: readonly string[] | null;
            /**
             * Format: date-time
             * @description When the API key stops working; null: never; absent: as the vault is set, in a year unless told otherwise.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly expiresAt?: string | null;
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
        /** @description What a value of the data type `address` must equal. */
        readonly AddressCriterion: {
            /**
             * @description The data type.
             * @enum {string}
             */
            readonly type: "address";
            readonly part?: components["schemas"]["Part"];
            readonly country?: components["schemas"]["Country"];
            /** @description What is searched for: a value, or what the part takes. */
            readonly value: components["schemas"]["AddressInput"];
        };
        /**
         * @description A value of the data type `address`, as it is sent.
         * @example {
         *       "line1": "Am Sonnenhang 44b",
         *       "city": "Berlin",
         *       "postalCode": "10115",
         *       "country": "DE"
         *     }
         */
        readonly AddressInput: {
            /** @description Street and house, up to 200 characters. */
            readonly line1: string;
            /** @description What else the post needs. */
            readonly line2?: string;
            /** @description The city. */
            readonly city: string;
            /** @description State, province or prefecture. */
            readonly region?: string;
            /** @description As the country writes it; left out where an address is complete without. */
            readonly postalCode?: string;
            /** @description ISO 3166-1 alpha-2, or XK. */
            readonly country: string;
        };
        /** @description A value of the data type `address` to store. */
        readonly AddressItem: {
            /**
             * @description The data type.
             * @enum {string}
             */
            readonly type: "address";
            readonly value: components["schemas"]["AddressInput"];
            readonly country?: components["schemas"]["Country"];
            /** @description The person: the app’s ref, or a subject id (`sub_…`). Not from a caller that is tied to an audience. */
            readonly subject?: components["schemas"]["Ref"];
            readonly label?: components["schemas"]["Label"];
            readonly format?: components["schemas"]["TokenFormat"];
            readonly audience?: components["schemas"]["Audience"];
            readonly ttlSeconds?: components["schemas"]["TtlSeconds"];
            readonly uses?: components["schemas"]["Uses"];
            readonly reuse?: components["schemas"]["Reuse"];
            readonly token?: components["schemas"]["ForeignToken"];
        };
        /** @description What a value of the data type `address` must equal. */
        readonly AddressSearch: {
            /**
             * @description The data type.
             * @enum {string}
             */
            readonly type: "address";
            readonly part?: components["schemas"]["Part"];
            readonly country?: components["schemas"]["Country"];
            /** @description What is searched for: a value, or what the part takes. */
            readonly value: components["schemas"]["AddressInput"];
            readonly and?: components["schemas"]["Further"];
            readonly purpose: components["schemas"]["Purpose"];
            readonly reason?: components["schemas"]["Reason"];
            readonly ticket?: components["schemas"]["Ticket"];
            readonly after?: components["schemas"]["SearchPlace"];
            /** @description How many results a page holds at most; absent: 100. */
            readonly limit?: number;
        };
        /** @description A value of the data type `address`, as it comes back. */
        readonly AddressValue: {
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
        /** @description Something that takes a second person, and what has become of it. */
        readonly Approval: {
            readonly approval: components["schemas"]["ApprovalId"];
            /** @description `key`: a new API key that may see values plain, or approve. `purposes`: a principal that may see values plain gets purposes. `role`: a role is to see more plain, or to approve. `purpose`: a purpose is to need more data types. `erasure`, `tenant`: an erasure. `root`: a new root key. `policy`: less approval than now. */
            readonly kind: string;
            /** @description What is to be done; the word of the audit log. */
            readonly action: string;
            /** @description `waiting`; `approved`: whoever asked can make the call again; `used`: it was done; `refused`; `withdrawn`; `expired`. */
            readonly state: string;
            readonly about: components["schemas"]["ApprovalAbout"];
            /** @description Who asked. */
            readonly orderedBy: components["schemas"]["PrincipalId"];
            /**
             * Format: date-time
             * @description When, UTC.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly orderedAt: string;
            /**
             * Format: date-time
             * @description Until when it can be approved and used, UTC.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly expiresAt: string;
            /** @description How many must approve. */
            readonly needed: number;
            /** @description Who has, as far as they still may. */
            readonly approvedBy: readonly components["schemas"]["PrincipalId"][];
            /**
             * Format: date-time
             * @description When it was used, refused or withdrawn, UTC.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly endedAt?: string;
            /** @description By whom. */
            readonly endedBy?: components["schemas"]["PrincipalId"];
            /** @description Its row was altered or damaged: it can be neither approved nor used. */
            readonly damaged?: boolean;
        };
        /** @description What is asked for. Which of these are there depends on the kind. */
        readonly ApprovalAbout: {
            /** @description The principal that is to get an API key or purposes. */
            readonly principal?: components["schemas"]["PrincipalId"];
            /** @description Of the principal or the tenant. */
            readonly name?: string;
            readonly role?: components["schemas"]["Role"];
            readonly audience?: components["schemas"]["Audience"];
            /** @description The purposes that it is to have. */
            readonly purposes?: readonly components["schemas"]["Purpose"][];
            /** @description The only networks from which it is to call; absent: all. */
            readonly networks?: readonly string[];
            /** @description When its API key is to end; null: never; absent: as the vault is set. */
            readonly expiresAt?: string | null;
            /**
             * @description What the role is for. It stands in lists and is not sealed: no name of a person.
             * @example The help desk: masked, with a ticket.
             */
            readonly description?: string;
            /** @description Of the role, as they would be. Absent in lists. */
            readonly rules?: readonly components["schemas"]["StandingRule"][];
            /** @description The purpose that is to need more data types. */
            readonly purpose?: components["schemas"]["Purpose"];
            /** @description The data types that it is to need; absent: all. */
            readonly types?: readonly string[];
            /** @description The tenant to be erased. */
            readonly tenant?: components["schemas"]["TenantId"];
            /** @description How many subjects would be erased, or lose records. */
            readonly subjects?: number;
            /** @description How many records would be erased. */
            readonly records?: number;
            /** @description The first 100 of these subjects. */
            readonly named?: readonly components["schemas"]["SubjectId"][];
            /** @description Of a policy as it would be; absent for its end. */
            readonly approvers?: number;
            /** @description The same. */
            readonly erasureSubjects?: number;
            /** @description The same. */
            readonly hours?: number;
            /** @description Into how many shares the new root key is to be split; absent: a file. */
            readonly shares?: number;
            /** @description How many of them are to open the vault. */
            readonly threshold?: number;
        };
        /**
         * @description What was asked for and takes a second person.
         * @example apr_01m83rdet0ehaadnnnnhek1nfv
         */
        readonly ApprovalId: string;
        /** @description What the tenant asks for. */
        readonly ApprovalPolicy: {
            /**
             * @description How many others must approve; where fewer could, all of them must.
             * @example 1
             */
            readonly approvers: number;
            /** @description An erasure of more subjects than these, in one call, needs approval. */
            readonly erasureSubjects: number;
            /** @description So long after it was asked for, an approval ends, given or not. */
            readonly hours: number;
            /**
             * Format: date-time
             * @description When it was set, UTC.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly changedAt: string;
            /** @description Who set it: a principal, or the vault itself after a restore. */
            readonly changedBy: components["schemas"]["PrincipalId"];
        };
        /** @description What needs a second person, and who could be one. */
        readonly ApprovalPolicyState: {
            /** @description Absent: nothing of the tenant needs approval. */
            readonly policy?: components["schemas"]["ApprovalPolicy"];
            /** @description Who could approve at present, if it is not their own. */
            readonly approvers: readonly components["schemas"]["PrincipalId"][];
        };
        /** @description What a tenant asks for before what takes a second person is done. */
        readonly ApprovalTerms: {
            /**
             * @description How many others must approve; where fewer could, all of them must.
             * @example 1
             */
            readonly approvers: number;
            /**
             * @description An erasure of more subjects than these, in one call, needs approval.
             * @default 10
             * @example 10
             */
            readonly erasureSubjects: number;
            /**
             * @description So long after it was asked for, an approval ends, given or not.
             * @default 24
             * @example 24
             */
            readonly hours: number;
        };
        /** @description What kind of value it is about, and how much of it would be shown. */
        readonly AskedValue: {
            /**
             * @description Name of a data type.
             * @example email
             */
            readonly type: string;
            readonly view?: components["schemas"]["View"];
        };
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
            /** @description What was asked for: `tokenize`, `detokenize`, `verify`, `match`, `describe_token`, `mint_token`, `change_token`, `read_record`, `search`, `correct`, `erase`, `read_erasure`, `read_certificate`, `resolve_subject`, `read_subject`, `list_types`, `declare_type`, `set_keep`, `set_unique`, `count_doubles`, `list_keys`, `compromise_keys`, `list_exposed`, `add_principal`, `list_principals`, `revoke_principal`, `change_principal`, `rotate_api_key`, `end_api_key`, `describe_caller`, `list_roles`, `read_role`, `change_role`, `end_role`, `explain_access`, `read_access_matrix`, `order_grant`, `list_grants`, `approve_grant`, `end_grant`, `close_ticket`, `offer_code`, `redeem_code`, `list_purposes`, `declare_purpose`, `end_purpose`, `add_tenant`, `list_tenants`, `suspend_tenant`, `erase_tenant`, `read_audit`, `read_access_exposure`, `read_access_review`, `read_status`, `rotate_keys`, `read_job`, `recover`, `backup`, `drill`, `restore`, `add_slot`, `remove_slot`, `check_slots`, `list_nodes`, `abandon_node`, `split_root`, `replace_root`, `record_choice`, `read_choices`, `filter_choices`, `restrict_subject`, `lift_restriction`, `add_hook`, `list_hooks`, `change_hook`, `remove_hook`, `test_hook`, `read_approvals`, `give_approval`, `refuse_approval`, `withdraw_approval`, `set_approval_policy`, `unseal`, `authenticate`; more may come. */
            readonly action: string;
            /** @description What came of it. */
            readonly outcome: components["schemas"]["Outcome"];
            /** @description Why it was refused or failed. */
            readonly code?: string;
            /** @description The purpose stated, where it was one of the caller’s own. */
            readonly purpose?: string;
            /** @description The views shown: `plain`, or all that were, such as `masked,last4`. */
            readonly view?: string;
            /** @description The records concerned (`rec_…`). */
            readonly records: readonly string[];
            /** @description The entry’s row was altered or damaged: its records cannot be read, and are left out. */
            readonly damaged?: boolean;
            /** @description The subject concerned (`sub_…`). */
            readonly subject?: string;
            /** @description What was shown or compared, or refused by the rules; absent where no value was asked for. */
            readonly looks?: readonly components["schemas"]["AuditLook"][];
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
            /** @description Present where a ticket was named. It is never stored. */
            readonly ticketNamed?: boolean;
            /** @description Id of the request (`req_…`), as in the `X-Request-Id` header of the reply. */
            readonly request: string;
        };
        /**
         * @description An entry of the audit log; entries sort by it.
         * @example aud_01m81j9hb7e5p8ejh3e1fqyhkr
         */
        readonly AuditId: string;
        /** @description Values of one data type that one call showed, or was refused, in one view. */
        readonly AuditLook: {
            /** @description The data type. */
            readonly type: string;
            /** @description The view shown; absent: the rules refused it. */
            readonly view?: string;
            /** @description The view asked for; absent: the widest; `?`: one that the data type does not have. */
            readonly asked?: string;
            /** @description Whose values they were (`sub_…`), each once. */
            readonly subjects: readonly string[];
            /** @description How many values. */
            readonly values: number;
            /** @description How many of them are of nobody whom the vault knows. */
            readonly unnamed: number;
        };
        /** @description What a value of the data type `bank_account` must equal. */
        readonly BankAccountCriterion: {
            /**
             * @description The data type.
             * @enum {string}
             */
            readonly type: "bank_account";
            readonly part?: components["schemas"]["Part"];
            readonly country?: components["schemas"]["Country"];
            /** @description What is searched for: a value, or what the part takes. */
            readonly value: components["schemas"]["BankAccountInput"];
        };
        /**
         * @description A value of the data type `bank_account`, as it is sent.
         * @example {
         *       "routingNumber": "021000021",
         *       "accountNumber": "0001 2345 6789",
         *       "accountType": "checking"
         *     }
         */
        readonly BankAccountInput: {
            /** @description ABA routing number, 9 digits. This or `bic` must be there. */
            readonly routingNumber?: string;
            /** @description BIC (ISO 9362), 8 or 11 characters. */
            readonly bic?: string;
            /** @description 4 to 34 letters and digits, 17 at most with a routing number. */
            readonly accountNumber: string;
            /** @description `checking` or `savings`. */
            readonly accountType?: string;
        };
        /** @description A value of the data type `bank_account` to store. */
        readonly BankAccountItem: {
            /**
             * @description The data type.
             * @enum {string}
             */
            readonly type: "bank_account";
            readonly value: components["schemas"]["BankAccountInput"];
            readonly country?: components["schemas"]["Country"];
            /** @description The person: the app’s ref, or a subject id (`sub_…`). Not from a caller that is tied to an audience. */
            readonly subject?: components["schemas"]["Ref"];
            readonly label?: components["schemas"]["Label"];
            readonly format?: components["schemas"]["TokenFormat"];
            readonly audience?: components["schemas"]["Audience"];
            readonly ttlSeconds?: components["schemas"]["TtlSeconds"];
            readonly uses?: components["schemas"]["Uses"];
            readonly reuse?: components["schemas"]["Reuse"];
            readonly token?: components["schemas"]["ForeignToken"];
        };
        /** @description What a value of the data type `bank_account` must equal. */
        readonly BankAccountSearch: {
            /**
             * @description The data type.
             * @enum {string}
             */
            readonly type: "bank_account";
            readonly part?: components["schemas"]["Part"];
            readonly country?: components["schemas"]["Country"];
            /** @description What is searched for: a value, or what the part takes. */
            readonly value: components["schemas"]["BankAccountInput"];
            readonly and?: components["schemas"]["Further"];
            readonly purpose: components["schemas"]["Purpose"];
            readonly reason?: components["schemas"]["Reason"];
            readonly ticket?: components["schemas"]["Ticket"];
            readonly after?: components["schemas"]["SearchPlace"];
            /** @description How many results a page holds at most; absent: 100. */
            readonly limit?: number;
        };
        /** @description A value of the data type `bank_account`, as it comes back. */
        readonly BankAccountValue: {
            /** @description ABA routing number, 9 digits. */
            readonly routingNumber?: string;
            /** @description BIC (ISO 9362). */
            readonly bic?: string;
            /** @description Letters and digits, without spaces. */
            readonly accountNumber: string;
            /** @description `checking` or `savings`. */
            readonly accountType?: string;
        };
        /**
         * @description A bucket of record keys; buckets sort by the time they were made.
         * @example bkt_01m81hw3c0e9qav3c1d5x2z7tk
         */
        readonly BucketId: string;
        /** @description What a value of the data type `card` must equal. */
        readonly CardCriterion: {
            /**
             * @description The data type.
             * @enum {string}
             */
            readonly type: "card";
            readonly part?: components["schemas"]["Part"];
            readonly country?: components["schemas"]["Country"];
            /** @description What is searched for: a value, or what the part takes. */
            readonly value: components["schemas"]["CardSought"];
        };
        /**
         * @description A value of the data type `card`, as it is sent.
         * @example {
         *       "number": "4242 4242 4242 4242",
         *       "expiryMonth": 1,
         *       "expiryYear": 2030,
         *       "holder": "Jane Doe"
         *     }
         */
        readonly CardInput: {
            /** @description 12 to 19 digits, spaces and hyphens between them or not. */
            readonly number: string;
            readonly expiryMonth: components["schemas"]["MonthInput"];
            readonly expiryYear: components["schemas"]["YearInput"];
            /** @description The name on the card, up to 200 characters. */
            readonly holder?: string;
        };
        /** @description A value of the data type `card` to store. */
        readonly CardItem: {
            /**
             * @description The data type.
             * @enum {string}
             */
            readonly type: "card";
            readonly value: components["schemas"]["CardInput"];
            readonly country?: components["schemas"]["Country"];
            /** @description The person: the app’s ref, or a subject id (`sub_…`). Not from a caller that is tied to an audience. */
            readonly subject?: components["schemas"]["Ref"];
            readonly label?: components["schemas"]["Label"];
            readonly format?: components["schemas"]["TokenFormat"];
            readonly audience?: components["schemas"]["Audience"];
            readonly ttlSeconds?: components["schemas"]["TtlSeconds"];
            readonly uses?: components["schemas"]["Uses"];
            readonly reuse?: components["schemas"]["Reuse"];
            readonly token?: components["schemas"]["ForeignToken"];
        };
        /** @description A value of the data type `card`, or a combination of parts by which it is found. */
        readonly CardParts: {
            /** @description 12 to 19 digits, spaces and hyphens between them or not. */
            readonly number?: string;
            readonly expiryMonth: components["schemas"]["MonthInput"];
            readonly expiryYear: components["schemas"]["YearInput"];
            /** @description The name on the card, up to 200 characters. */
            readonly holder?: string;
            /** @description The last four digits of the number. */
            readonly last4?: string;
        };
        /** @description What a value of the data type `card` must equal. */
        readonly CardSearch: {
            /**
             * @description The data type.
             * @enum {string}
             */
            readonly type: "card";
            readonly part?: components["schemas"]["Part"];
            readonly country?: components["schemas"]["Country"];
            /** @description What is searched for: a value, or what the part takes. */
            readonly value: components["schemas"]["CardSought"];
            readonly and?: components["schemas"]["Further"];
            readonly purpose: components["schemas"]["Purpose"];
            readonly reason?: components["schemas"]["Reason"];
            readonly ticket?: components["schemas"]["Ticket"];
            readonly after?: components["schemas"]["SearchPlace"];
            /** @description How many results a page holds at most; absent: 100. */
            readonly limit?: number;
        };
        /** @description A value of the data type `card`, or what one of its parts takes. */
        readonly CardSought: string | components["schemas"]["CardParts"];
        /** @description A value of the data type `card`, as it comes back. */
        readonly CardValue: {
            /** @description Digits alone. */
            readonly number: string;
            /** @description 1 to 12. */
            readonly expiryMonth: number;
            /** @description Four digits. */
            readonly expiryYear: number;
            /** @description The name on the card. */
            readonly holder?: string;
        };
        /**
         * @description What kind of data it is, to group a list by.
         * @enum {string}
         */
        readonly Category: "contact" | "payment" | "identity" | "account" | "device" | "commerce" | "text";
        /**
         * @description Whether there is a certificate.
         * @enum {string}
         */
        readonly CertificateState: "pending" | "final";
        /** @description What changes: `events`, `paused` or both. */
        readonly ChangeHookBody: {
            /**
             * @description What it is told from now on; null: everything.
             * @example [
             *       "integrity.failed",
             *       "guesses.locked_out"
             *     ]
             */
            readonly events?: readonly components["schemas"]["EventName"][] | null;
            /** @description Whether it is paused. Once resumed, it is told what it missed, as far as it is kept: for 30 days. */
            readonly paused?: boolean;
        };
        /** @description What changes: `purposes`, `expiresAt`, `networks`. */
        readonly ChangePrincipalBody: {
            /** @description All purposes for which it may ask from now on; an empty list takes them all away; null: as they are. */
            readonly purposes?: readonly components["schemas"]["Purpose"][] | null;
            /**
             * Format: date-time
             * @description When its API key stops working from now on; null: never. An older key never lasts longer than the newest.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly expiresAt?: string | null;
            /** @description Addresses or networks in CIDR notation: the only ones from which it may call from now on; an empty list: from everywhere; null: as they are. */
            readonly networks?: readonly string[] | null;
        };
        readonly ChangeRoleBody: {
            /**
             * @description What the role is for. It stands in lists and is not sealed: no name of a person.
             * @default
             * @example The help desk: masked, with a ticket.
             */
            readonly description: string;
            /** @description What no rule allows is refused. */
            readonly rules: readonly components["schemas"]["Rule"][];
            /**
             * @description Change it only if this is its version; 0: only if there was none. Absent: whatever stands.
             * @example 1
             */
            readonly ifVersion?: number;
        };
        readonly ChangeTenantBody: {
            /**
             * @description Whether every call of it is refused from now on.
             * @example true
             */
            readonly suspended: boolean;
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
        /**
         * @description `given` and `withdrawn`: consent. `objected`: to a legitimate interest or a public task; `allowed` takes that back.
         * @enum {string}
         */
        readonly Choice: "given" | "withdrawn" | "objected" | "allowed";
        readonly CloseTicketReply: {
            /** @description The grants that ended with it. */
            readonly grants: readonly components["schemas"]["GrantId"][];
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
        /** @description What is compromised. */
        readonly CompromiseKeysBody: components["schemas"]["CompromisedEpoch"] | components["schemas"]["CompromisedBuckets"] | components["schemas"]["CompromisedSubject"] | components["schemas"]["CompromisedRef"];
        /** @description The keys of a range of the caller’s own buckets. */
        readonly CompromisedBuckets: {
            readonly from: components["schemas"]["BucketId"];
            readonly to: components["schemas"]["BucketId"];
        };
        /** @description The keys of an epoch, in every tenant. */
        readonly CompromisedEpoch: {
            /** @description An epoch that has ended. */
            readonly epoch: number;
        };
        /** @description The keys of the records of a ref’s subject. */
        readonly CompromisedRef: {
            readonly ref: components["schemas"]["Ref"];
        };
        /** @description The keys of one subject’s records. */
        readonly CompromisedSubject: {
            readonly subject: components["schemas"]["SubjectId"];
        };
        /** @description What must hold of a call besides. All that are named must hold. */
        readonly Conditions: {
            /** @description The call states a reason. It is true, or not there. */
            readonly reason?: boolean;
            /**
             * @description The call names a ticket of this shape: `#` a digit, `@` a capital letter, `+` once or more.
             * @example HELP-######
             */
            readonly ticket?: string;
            /**
             * @description The call comes from one of these networks.
             * @example [
             *       "10.0.0.0/8"
             *     ]
             */
            readonly networks?: readonly string[];
            /** @description The call comes within these hours. */
            readonly hours?: components["schemas"]["Hours"];
        };
        /** @description What a value of the data type `cookie_id` must equal. */
        readonly CookieIdCriterion: {
            /**
             * @description The data type.
             * @enum {string}
             */
            readonly type: "cookie_id";
            readonly part?: components["schemas"]["Part"];
            readonly country?: components["schemas"]["Country"];
            /** @description What is searched for: a value, or what the part takes. */
            readonly value: components["schemas"]["CookieIdInput"];
        };
        /**
         * @description A value of the data type `cookie_id`, as it is sent.
         * @example 86e1f0c2-5b0d-4a3e-9f7b-0c1d2e3f4a5b
         */
        readonly CookieIdInput: string;
        /** @description A value of the data type `cookie_id` to store. */
        readonly CookieIdItem: {
            /**
             * @description The data type.
             * @enum {string}
             */
            readonly type: "cookie_id";
            readonly value: components["schemas"]["CookieIdInput"];
            readonly country?: components["schemas"]["Country"];
            /** @description The person: the app’s ref, or a subject id (`sub_…`). Not from a caller that is tied to an audience. */
            readonly subject?: components["schemas"]["Ref"];
            readonly label?: components["schemas"]["Label"];
            readonly format?: components["schemas"]["TokenFormat"];
            readonly audience?: components["schemas"]["Audience"];
            readonly ttlSeconds?: components["schemas"]["TtlSeconds"];
            readonly uses?: components["schemas"]["Uses"];
            readonly reuse?: components["schemas"]["Reuse"];
            readonly token?: components["schemas"]["ForeignToken"];
        };
        /** @description What a value of the data type `cookie_id` must equal. */
        readonly CookieIdSearch: {
            /**
             * @description The data type.
             * @enum {string}
             */
            readonly type: "cookie_id";
            readonly part?: components["schemas"]["Part"];
            readonly country?: components["schemas"]["Country"];
            /** @description What is searched for: a value, or what the part takes. */
            readonly value: components["schemas"]["CookieIdInput"];
            readonly and?: components["schemas"]["Further"];
            readonly purpose: components["schemas"]["Purpose"];
            readonly reason?: components["schemas"]["Reason"];
            readonly ticket?: components["schemas"]["Ticket"];
            readonly after?: components["schemas"]["SearchPlace"];
            /** @description How many results a page holds at most; absent: 100. */
            readonly limit?: number;
        };
        readonly CorrectRecordBody: {
            /**
             * @description The right value, of the record’s data type.
             * @example jane.doe@example.com
             */
            readonly value: unknown;
            readonly country?: components["schemas"]["Country"];
            /** @description Why it is asked whether another record has an equal value: must be stated where the type is `unique`. */
            readonly purpose?: components["schemas"]["Purpose"];
            readonly reason?: components["schemas"]["Reason"];
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
            readonly masked: string;
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
        readonly Criterion: components["schemas"]["EmailCriterion"] | components["schemas"]["PhoneCriterion"] | components["schemas"]["NameCriterion"] | components["schemas"]["AddressCriterion"] | components["schemas"]["PostalCodeCriterion"] | components["schemas"]["CardCriterion"] | components["schemas"]["IbanCriterion"] | components["schemas"]["BankAccountCriterion"] | components["schemas"]["DateOfBirthCriterion"] | components["schemas"]["NationalIdCriterion"] | components["schemas"]["UsernameCriterion"] | components["schemas"]["IpCriterion"] | components["schemas"]["CookieIdCriterion"] | components["schemas"]["SerialNumberCriterion"] | components["schemas"]["OwnTypeCriterion"];
        /**
         * @description A value of the data type `cvc`, as it is sent.
         * @example 123
         */
        readonly CvcInput: string;
        /** @description A value of the data type `cvc` to store. */
        readonly CvcItem: {
            /**
             * @description The data type.
             * @enum {string}
             */
            readonly type: "cvc";
            readonly value: components["schemas"]["CvcInput"];
            readonly country?: components["schemas"]["Country"];
            /** @description The person: the app’s ref, or a subject id (`sub_…`). Not from a caller that is tied to an audience. */
            readonly subject?: components["schemas"]["Ref"];
            readonly label?: components["schemas"]["Label"];
            readonly format?: components["schemas"]["TokenFormat"];
            readonly audience?: components["schemas"]["Audience"];
            readonly ttlSeconds?: components["schemas"]["TtlSeconds"];
            readonly uses?: components["schemas"]["Uses"];
            readonly reuse?: components["schemas"]["Reuse"];
            readonly token?: components["schemas"]["ForeignToken"];
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
            /** @description What kind of data it is, to group a list by: contact, payment, identity, account, device, commerce, text; more may come. */
            readonly category: string;
            /** @description What is accepted, what comes back, and what counts as the same. */
            readonly description: string;
            /** @description Whether the tenant declared it for itself. */
            readonly custom: boolean;
            /** @description `record`: sealed until corrected or erased. `verifier`: can be verified, never revealed. `window`: in no store; the token opens once, within minutes. */
            readonly custody: string;
            /** @description How values are found: by equality of the whole, unless `spread` is `none`, and by parts. */
            readonly search: {
                /** @description `unique`: nearly everybody has another; `shared`: many have the same; `none`: not searchable. */
                readonly spread: string;
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
            readonly definition?: components["schemas"]["DeclaredType"];
        };
        /** @description What a value of the data type `date_of_birth` must equal. */
        readonly DateOfBirthCriterion: {
            /**
             * @description The data type.
             * @enum {string}
             */
            readonly type: "date_of_birth";
            readonly part?: components["schemas"]["Part"];
            readonly country?: components["schemas"]["Country"];
            /** @description What is searched for: a value, or what the part takes. */
            readonly value: components["schemas"]["DateOfBirthInput"];
        };
        /**
         * @description A value of the data type `date_of_birth`, as it is sent.
         * @example 1990-07-21
         */
        readonly DateOfBirthInput: string;
        /** @description A value of the data type `date_of_birth` to store. */
        readonly DateOfBirthItem: {
            /**
             * @description The data type.
             * @enum {string}
             */
            readonly type: "date_of_birth";
            readonly value: components["schemas"]["DateOfBirthInput"];
            readonly country?: components["schemas"]["Country"];
            /** @description The person: the app’s ref, or a subject id (`sub_…`). Not from a caller that is tied to an audience. */
            readonly subject?: components["schemas"]["Ref"];
            readonly label?: components["schemas"]["Label"];
            readonly format?: components["schemas"]["TokenFormat"];
            readonly audience?: components["schemas"]["Audience"];
            readonly ttlSeconds?: components["schemas"]["TtlSeconds"];
            readonly uses?: components["schemas"]["Uses"];
            readonly reuse?: components["schemas"]["Reuse"];
            readonly token?: components["schemas"]["ForeignToken"];
        };
        /** @description What a value of the data type `date_of_birth` must equal. */
        readonly DateOfBirthSearch: {
            /**
             * @description The data type.
             * @enum {string}
             */
            readonly type: "date_of_birth";
            readonly part?: components["schemas"]["Part"];
            readonly country?: components["schemas"]["Country"];
            /** @description What is searched for: a value, or what the part takes. */
            readonly value: components["schemas"]["DateOfBirthInput"];
            readonly and?: components["schemas"]["Further"];
            readonly purpose: components["schemas"]["Purpose"];
            readonly reason?: components["schemas"]["Reason"];
            readonly ticket?: components["schemas"]["Ticket"];
            readonly after?: components["schemas"]["SearchPlace"];
            /** @description How many results a page holds at most; absent: 100. */
            readonly limit?: number;
        };
        /** @description A data type of JSON, as it is declared. */
        readonly DeclareDocumentType: {
            /**
             * @description Begins with `x_`, which keeps it apart from the types of this release and of every later one.
             * @example x_staff_badge
             */
            readonly name: `x_${string}`;
            /** @description One sentence for the catalogue: what is accepted, what comes back, what counts as the same. */
            readonly description: string;
            readonly category: components["schemas"]["Category"];
            /**
             * @description Any JSON, up to 64 KiB.
             * @enum {string}
             */
            readonly base: "document";
            /**
             * @description The views besides `plain`, the widest first: each a JSON Pointer (RFC 6901) to the part that it shows; `masked`, if it is there, constant text.
             * @example {
             *       "total": "/total"
             *     }
             */
            readonly views?: {
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
        readonly DeclarePurposeBody: {
            /**
             * @description What people are told: what their data is used for.
             * @example To charge what you have ordered, and to send you the invoice.
             */
            readonly told: string;
            readonly basis: components["schemas"]["LegalBasis"];
            /** @description Whether a person may object (GDPR Art. 21): by default to `legitimate_interests` and `public_task`. Of these, `false` says that compelling grounds stand against it. */
            readonly mayObject?: boolean;
            /** @description The data types that it needs; absent or null: all. */
            readonly types?: readonly string[] | null;
        };
        /** @description A data type of text, as it is declared. */
        readonly DeclareTextType: {
            /**
             * @description Begins with `x_`, which keeps it apart from the types of this release and of every later one.
             * @example x_staff_badge
             */
            readonly name: `x_${string}`;
            /** @description One sentence for the catalogue: what is accepted, what comes back, what counts as the same. */
            readonly description: string;
            readonly category: components["schemas"]["Category"];
            /**
             * @description A line of text.
             * @enum {string}
             */
            readonly base: "text";
            /** @description The longest stored form, in code points. */
            readonly maxLength: number;
            /**
             * @description What the stored form looks like as a whole: a regular expression in the syntax of RE2.
             * @example [A-Z]{2}[0-9]{6}
             */
            readonly pattern?: string;
            /** @description How the stored form is made, in this order. Trimming, single spaces and Unicode NFC go without saying. */
            readonly normalise?: readonly components["schemas"]["NormalisingStep"][];
            /** @description What two values may differ in and still be the same for search. */
            readonly compare?: readonly components["schemas"]["IgnoringStep"][];
            readonly spread?: components["schemas"]["Spread"];
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
            /** @description Shaped token formats to offer. `digits` needs a pattern, to tell tokens from values. */
            readonly formats?: readonly components["schemas"]["OwnTokenFormat"][];
            /**
             * @description Values it accepts; of no real person.
             * @example [
             *       "AB123456"
             *     ]
             */
            readonly examples: readonly string[];
        };
        /** @description A data type of the tenant’s own, as it is declared: of text or of JSON. */
        readonly DeclareType: components["schemas"]["DeclareTextType"] | components["schemas"]["DeclareDocumentType"];
        /** @description A data type of JSON, as it was declared. */
        readonly DeclaredDocumentType: {
            /**
             * @description Begins with `x_`, which keeps it apart from the types of this release and of every later one.
             * @example x_staff_badge
             */
            readonly name: `x_${string}`;
            /** @description One sentence for the catalogue: what is accepted, what comes back, what counts as the same. */
            readonly description: string;
            readonly category: components["schemas"]["Category"];
            /**
             * @description Any JSON, up to 64 KiB.
             * @enum {string}
             */
            readonly base: "document";
            /**
             * @description The views besides `plain`, the widest first: each a JSON Pointer (RFC 6901) to the part that it shows; `masked`, if it is there, constant text.
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
        /** @description A data type of text, as it was declared. */
        readonly DeclaredTextType: {
            /**
             * @description Begins with `x_`, which keeps it apart from the types of this release and of every later one.
             * @example x_staff_badge
             */
            readonly name: `x_${string}`;
            /** @description One sentence for the catalogue: what is accepted, what comes back, what counts as the same. */
            readonly description: string;
            readonly category: components["schemas"]["Category"];
            /**
             * @description A line of text.
             * @enum {string}
             */
            readonly base: "text";
            /** @description The longest stored form, in code points. */
            readonly maxLength: number;
            /**
             * @description What the stored form looks like as a whole: a regular expression in the syntax of RE2.
             * @example [A-Z]{2}[0-9]{6}
             */
            readonly pattern?: string;
            /** @description How the stored form is made, in this order. Trimming, single spaces and Unicode NFC go without saying. */
            readonly normalise: readonly components["schemas"]["NormalisingStep"][];
            /** @description What two values may differ in and still be the same for search. */
            readonly compare: readonly components["schemas"]["IgnoringStep"][];
            readonly spread: components["schemas"]["Spread"];
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
            /** @description Shaped token formats to offer. `digits` needs a pattern, to tell tokens from values. */
            readonly formats: readonly components["schemas"]["OwnTokenFormat"][];
            /**
             * @description Values it accepts; of no real person.
             * @example [
             *       "AB123456"
             *     ]
             */
            readonly examples: readonly string[];
        };
        /** @description A data type of the tenant’s own, as it was declared: of text or of JSON. */
        readonly DeclaredType: components["schemas"]["DeclaredTextType"] | components["schemas"]["DeclaredDocumentType"];
        /** @description What a hook was told, or is to be told. */
        readonly Delivery: {
            readonly event: components["schemas"]["EventId"];
            /**
             * @description What happened.
             * @example erasure.final
             */
            readonly name: string;
            /**
             * Format: date-time
             * @description When it happened, UTC.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly at: string;
            /**
             * @description `delivered`, once the receiver has taken it; `pending` until then.
             * @example delivered
             */
            readonly state: string;
        };
        readonly DetokenizeBody: {
            /** @description The tokens to exchange. */
            readonly tokens: readonly components["schemas"]["Token"][];
            readonly purpose: components["schemas"]["Purpose"];
            /** @description The view wanted; absent, without `views`: the widest the caller may see. */
            readonly view?: components["schemas"]["View"];
            /** @description Several views of each token, in place of `view`; with 1,000 results at most. An empty list is as none: generated clients send it where none is set. */
            readonly views?: readonly components["schemas"]["View"][];
            readonly reason?: components["schemas"]["Reason"];
            readonly ticket?: components["schemas"]["Ticket"];
        };
        readonly DetokenizeReply: {
            /** @description One for each token, in the order of the tokens. With `views`, one for each token and view: all views of the first token in their order, then those of the next. */
            readonly results: readonly components["schemas"]["Revealed"][];
        };
        /** @description A value of the data type `document` to store. */
        readonly DocumentItem: {
            /**
             * @description The data type.
             * @enum {string}
             */
            readonly type: "document";
            /** @description Any JSON. */
            readonly value: unknown;
            readonly country?: components["schemas"]["Country"];
            /** @description The person: the app’s ref, or a subject id (`sub_…`). Not from a caller that is tied to an audience. */
            readonly subject?: components["schemas"]["Ref"];
            readonly label?: components["schemas"]["Label"];
            readonly format?: components["schemas"]["TokenFormat"];
            readonly audience?: components["schemas"]["Audience"];
            readonly ttlSeconds?: components["schemas"]["TtlSeconds"];
            readonly uses?: components["schemas"]["Uses"];
            readonly reuse?: components["schemas"]["Reuse"];
            readonly token?: components["schemas"]["ForeignToken"];
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
            readonly partial: boolean;
        };
        /**
         * @description What a rule does where it matches. A denial wins.
         * @enum {string}
         */
        readonly Effect: "allow" | "deny";
        /** @description What a value of the data type `email` must equal. */
        readonly EmailCriterion: {
            /**
             * @description The data type.
             * @enum {string}
             */
            readonly type: "email";
            readonly part?: components["schemas"]["Part"];
            readonly country?: components["schemas"]["Country"];
            /** @description What is searched for: a value, or what the part takes. */
            readonly value: components["schemas"]["EmailInput"];
        };
        /**
         * @description A value of the data type `email`, as it is sent.
         * @example jane.doe@example.com
         */
        readonly EmailInput: string;
        /** @description A value of the data type `email` to store. */
        readonly EmailItem: {
            /**
             * @description The data type.
             * @enum {string}
             */
            readonly type: "email";
            readonly value: components["schemas"]["EmailInput"];
            readonly country?: components["schemas"]["Country"];
            /** @description The person: the app’s ref, or a subject id (`sub_…`). Not from a caller that is tied to an audience. */
            readonly subject?: components["schemas"]["Ref"];
            readonly label?: components["schemas"]["Label"];
            readonly format?: components["schemas"]["TokenFormat"];
            readonly audience?: components["schemas"]["Audience"];
            readonly ttlSeconds?: components["schemas"]["TtlSeconds"];
            readonly uses?: components["schemas"]["Uses"];
            readonly reuse?: components["schemas"]["Reuse"];
            readonly token?: components["schemas"]["ForeignToken"];
        };
        /** @description What a value of the data type `email` must equal. */
        readonly EmailSearch: {
            /**
             * @description The data type.
             * @enum {string}
             */
            readonly type: "email";
            readonly part?: components["schemas"]["Part"];
            readonly country?: components["schemas"]["Country"];
            /** @description What is searched for: a value, or what the part takes. */
            readonly value: components["schemas"]["EmailInput"];
            readonly and?: components["schemas"]["Further"];
            readonly purpose: components["schemas"]["Purpose"];
            readonly reason?: components["schemas"]["Reason"];
            readonly ticket?: components["schemas"]["Ticket"];
            readonly after?: components["schemas"]["SearchPlace"];
            /** @description How many results a page holds at most; absent: 100. */
            readonly limit?: number;
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
        readonly EndRoleReply: {
            readonly role: components["schemas"]["Role"];
            /**
             * Format: date-time
             * @description Since when it is not in force, UTC.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly endedAt: string;
        };
        /** @description What to erase. */
        readonly EraseBody: components["schemas"]["EraseSubject"] | components["schemas"]["EraseRef"] | components["schemas"]["EraseRecords"] | components["schemas"]["EraseTokens"] | components["schemas"]["EraseTenant"];
        /** @description Erase records. */
        readonly EraseRecords: {
            /** @description The records. */
            readonly records: readonly components["schemas"]["RecordId"][];
            readonly reason?: components["schemas"]["Reason"];
        };
        /** @description Erase everything about the subject of a ref. */
        readonly EraseRef: {
            readonly ref: components["schemas"]["Ref"];
            readonly reason?: components["schemas"]["Reason"];
        };
        /** @description Erase everything about a subject. */
        readonly EraseSubject: {
            readonly subject: components["schemas"]["SubjectId"];
            readonly reason?: components["schemas"]["Reason"];
        };
        /** @description Erase a whole tenant. */
        readonly EraseTenant: {
            readonly tenant: components["schemas"]["TenantId"];
            /**
             * @description The name of the tenant once more, to guard against slips.
             * @example shop-eu
             */
            readonly confirm: string;
            readonly reason?: components["schemas"]["Reason"];
        };
        /** @description Erase the records of tokens. */
        readonly EraseTokens: {
            /** @description The tokens. */
            readonly tokens: readonly components["schemas"]["Token"][];
            readonly reason?: components["schemas"]["Reason"];
        };
        /**
         * @description An erasure that was ordered.
         * @example ers_01m83rdet0ehaadnnnnhek1nfv
         */
        readonly ErasureId: string;
        /** @description What an erasure has done so far. */
        readonly ErasureReceipt: {
            readonly erasure: components["schemas"]["ErasureId"];
            /** @description `ordered`: nothing opens it any more, and keys are being destroyed. `completed`: they are destroyed in the live key store. `final`: the epoch they were wrapped under is destroyed, too, and there is a certificate. */
            readonly state: components["schemas"]["ErasureState"];
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
        /**
         * @description How far an erasure is.
         * @enum {string}
         */
        readonly ErasureState: "ordered" | "completed" | "final";
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
            /** @description Of the form of this statement. */
            readonly version: number;
            /**
             * @description Id of the tenant (`ten_…`).
             * @example ten_1fz07q9k3c
             */
            readonly tenant: string;
            /** @description `tenant` where a whole tenant was erased; absent otherwise. */
            readonly scope?: string;
            /** @description The subject, where one was erased as a whole. */
            readonly subject?: components["schemas"]["SubjectId"];
            /** @description Why the keys were destroyed: `erased`. */
            readonly cause: string;
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
                /** @description What it is: `file`, `pkcs11` or `transit`; more may come. */
                readonly kind: string;
                /** @description What stands behind its deletion. `overwritten`: overwritten in place as far as the operating system tells. `hardware`: a device that keeps keys inside itself says so. `service`: a key service says so. */
                readonly tier: string;
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
                    /** @description `live`: in the key store, so that whoever holds it and an old copy of the key store can test guesses at the value. `dropped`: no longer in the key store; a copy of it ends with the epoch it was last wrapped under. */
                    readonly state: string;
                    /**
                     * Format: date-time
                     * @description Of a live one: when its cryptoperiod is over and the vault is to order its replacement, UTC; past where that is late. It leaves the key store when that rotation has ended, and copies of it end with the close of the epoch of that time. null: none is planned, for it is dropped, or one of the vault’s own (`@…`), or the schedule was off.
                     * @example 2026-11-22T12:00:00.000Z
                     */
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
        /**
         * @description What a hook is told; the header `webhook-id` of the message, the same at each try.
         * @example evt_01m83rdet0ehaadnnnnhek1nfv
         */
        readonly EventId: string;
        /**
         * @description What may be told: `integrity.failed`: A stored row was altered or damaged; once an hour of the same ones. `store.corrupt`: A store reported that its own data is damaged; once an hour. `guesses.locked_out`: A principal guessed wrong too often and is refused; once an hour of each. `grant.waiting`: A grant waits for approval. `grant.break_glass`: A grant was taken without approval, and is to be reviewed. `principal.revoked`: A principal was revoked. `api_key.ended`: An API key was ended. `api_key.ends_soon`: The last API key of a principal ends within 14 days. `slot.added`: A root slot was added. `slot.removed`: A root slot was removed. `slot.secret_returned`: A root slot had a secret that was destroyed. `root.split`: Shares of the root key were made. `root.replacement_begun`: The replacement of the root key was begun. `root.replaced`: The root key was replaced. `vault.unsealed`: The vault was opened with shares. `vault.restored`: A store was put back from a copy. `vault.recovered`: The stores were made to agree after a restore. `node.abandoned`: A node was given up. `keys.rotation_ordered`: A rotation of keys was ordered. `keys.compromised`: Keys were said to be compromised. `job.completed`: A long job is done: a rotation, a re-sealing, an erasure of a tenant, a backup, a drill. `job.failed`: A long job has failed, and is not tried again by itself. `tenant.erasure_ordered`: The erasure of a whole tenant was ordered. `erasure.final`: An erasure became final: its certificate can be had. `approval.waiting`: Somebody has asked for what takes a second person: it waits for approval. `hook.added`: A hook was added. `hook.changed`: A hook was changed, paused, resumed or given another secret. `hook.removed`: A hook was removed. `hook.paused`: The vault has paused a hook that fails. More may come.
         * @enum {string}
         */
        readonly EventName: "integrity.failed" | "store.corrupt" | "guesses.locked_out" | "grant.waiting" | "grant.break_glass" | "principal.revoked" | "api_key.ended" | "api_key.ends_soon" | "slot.added" | "slot.removed" | "slot.secret_returned" | "root.split" | "root.replacement_begun" | "root.replaced" | "vault.unsealed" | "vault.restored" | "vault.recovered" | "node.abandoned" | "keys.rotation_ordered" | "keys.compromised" | "job.completed" | "job.failed" | "tenant.erasure_ordered" | "erasure.final" | "approval.waiting" | "hook.added" | "hook.changed" | "hook.removed" | "hook.paused";
        /** @description What proves it. */
        readonly Evidence: {
            readonly means: components["schemas"]["Means"];
            /**
             * @description Which notice, in which version.
             * @example privacy-notice/2026-11
             */
            readonly notice?: string;
            /**
             * @description The words that the person agreed to or answered, the same for everybody. No personal data: it is kept.
             * @example Yes, send me what is new, by email.
             */
            readonly text?: string;
            /**
             * @description The number of a paper, a recording or a case. Kept as a MAC: it can be compared, not read.
             * @example call 2026-11-22/4711
             */
            readonly reference?: string;
        };
        readonly ExplainAccessBody: components["schemas"]["ExplainPrincipal"] | components["schemas"]["ExplainRole"];
        readonly ExplainAccessReply: {
            /** @description Whether the call would be allowed. */
            readonly allowed: boolean;
            /** @description The view it would show. */
            readonly view?: components["schemas"]["View"];
            /** @description The code of the refusal. The caller itself learns no more than this. */
            readonly code?: string;
            readonly role: components["schemas"]["Role"];
            /** @description In the order of the role. */
            readonly rules: readonly components["schemas"]["RuleFound"][];
            /** @description What would be needed: `another_role`, `conditions`, `grant`, `no_denial`, `no_audience`, `purpose`, `purpose_for_type`, `wider_view`; more may come. Empty for what is allowed. */
            readonly needs: readonly string[];
        };
        /** @description Of a principal. */
        readonly ExplainPrincipal: {
            /** @description Of whom it is asked: with its role, purposes and audience. */
            readonly principal: components["schemas"]["PrincipalId"];
            readonly action: components["schemas"]["Action"];
            readonly value?: components["schemas"]["AskedValue"];
            readonly purpose?: components["schemas"]["Purpose"];
            readonly reason?: components["schemas"]["Reason"];
            readonly ticket?: components["schemas"]["Ticket"];
            /** @description Whose value it would be: `granted`, of somebody of whom there is a grant; absent: of nobody in particular. */
            readonly subjects?: components["schemas"]["Subjects"];
            /**
             * @description Where the call would come from.
             * @example 10.1.2.3
             */
            readonly address?: string;
            /**
             * Format: date-time
             * @description When it would come; absent: now.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly at?: string;
        };
        /** @description Of anybody with a role. */
        readonly ExplainRole: {
            /** @description Of anybody with this role. */
            readonly role: components["schemas"]["Role"];
            /** @description The purposes that it has. */
            readonly purposes?: readonly components["schemas"]["Purpose"][];
            /** @description Whom it is tied to; absent: nobody. */
            readonly audience?: components["schemas"]["Audience"];
            readonly action: components["schemas"]["Action"];
            readonly value?: components["schemas"]["AskedValue"];
            readonly purpose?: components["schemas"]["Purpose"];
            readonly reason?: components["schemas"]["Reason"];
            readonly ticket?: components["schemas"]["Ticket"];
            /** @description Whose value it would be: `granted`, of somebody of whom there is a grant; absent: of nobody in particular. */
            readonly subjects?: components["schemas"]["Subjects"];
            /**
             * @description Where the call would come from.
             * @example 10.1.2.3
             */
            readonly address?: string;
            /**
             * Format: date-time
             * @description When it would come; absent: now.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly at?: string;
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
        /** @description Values of one data type of one subject that a principal was shown. */
        readonly Exposure: {
            /** @description `detokenize` or `search`: it was shown. `match`: it was told whether a value was theirs. */
            readonly action: string;
            /** @description The data type. */
            readonly type: string;
            /** @description The view shown. */
            readonly view: string;
            /** @description Whose (`sub_…`); absent: of nobody whom the vault knows. */
            readonly subject?: string;
            /** @description In how many calls of this page. */
            readonly calls: number;
            /**
             * Format: date-time
             * @description In the first of them, UTC.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly first: string;
            /**
             * Format: date-time
             * @description In the last of them, UTC.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly last: string;
        };
        /** @description Another end: `ttlSeconds`, `uses` or both. */
        readonly ExtendTokenBody: {
            readonly ttlSeconds?: components["schemas"]["TtlSeconds"];
            readonly uses?: components["schemas"]["Uses"];
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
        /** @description A list for a campaign. */
        readonly FilterChoicesBody: components["schemas"]["FilterSubjects"] | components["schemas"]["FilterTokens"];
        readonly FilterChoicesReply: {
            /** @description Those of them that may be used, in the order sent. */
            readonly subjects: readonly components["schemas"]["SubjectId"][];
            /** @description Those of them that may be used, in the order sent. */
            readonly tokens: readonly components["schemas"]["Token"][];
        };
        /** @description Which of these people. */
        readonly FilterSubjects: {
            readonly purpose: components["schemas"]["Purpose"];
            /**
             * @description The data type that is to be used; absent: any.
             * @example email
             */
            readonly type?: string;
            /** @description People. */
            readonly subjects: readonly components["schemas"]["SubjectId"][];
        };
        /** @description Which of these tokens. */
        readonly FilterTokens: {
            readonly purpose: components["schemas"]["Purpose"];
            /** @description Tokens, each of which has a data type. */
            readonly tokens: readonly components["schemas"]["Token"][];
        };
        /**
         * @description A token that stood for the value in another vault, to be kept; not from a caller that is tied to an audience.
         * @example acme-7f3a9c2e
         */
        readonly ForeignToken: string;
        /** @description A record whose value equals the one searched for. */
        readonly Found: {
            readonly token: components["schemas"]["Token"];
            /** @description Not told to a caller that is tied to an audience. */
            readonly record?: components["schemas"]["RecordId"];
            /** @description Not told to a caller that is tied to an audience. */
            readonly subject?: components["schemas"]["SubjectId"];
            readonly label?: components["schemas"]["Label"];
            /**
             * @description The masked view of the value, to show to people.
             * @example j***@example.com
             */
            readonly masked: string;
        };
        /** @description What the same subject must have besides, such as a date of birth, among its first 100 values of that type. Put the rarest first, in `value`. */
        readonly Further: readonly components["schemas"]["Criterion"][];
        readonly GetCertificateReply: {
            readonly erasure: components["schemas"]["ErasureId"];
            /** @description `pending`: copies of the key store made earlier may still open the values. `final`: none does. */
            readonly state: components["schemas"]["CertificateState"];
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
             * @description A name for the service or post, such as `checkout` or `support-desk-2`; never a person’s own name. Two may have one name: ids tell them apart.
             * @example checkout
             */
            readonly name: string;
            readonly role: components["schemas"]["Role"];
            readonly tenant: components["schemas"]["TenantId"];
            /** @description The purposes for which it may ask for values. */
            readonly purposes: readonly components["schemas"]["Purpose"][];
            /** @description The only audience whose tokens it can use; absent: all. */
            readonly audience?: components["schemas"]["Audience"];
            /** @description Addresses or networks in CIDR notation: the only ones from which it may call; absent: from everywhere. */
            readonly networks?: readonly string[];
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
        readonly GetPurposeReply: {
            /** @description As it stands. */
            readonly present: components["schemas"]["PurposeDescription"];
            /** @description What stood before, the newest first; at most 100 versions. */
            readonly earlier: readonly components["schemas"]["PurposeDescription"][];
        };
        readonly GetStatusReply: {
            /**
             * @description The release of Lethe that answers.
             * @example 0.1.0
             */
            readonly release: string;
            /** @description Where ciphertext, tokens and the audit log are. */
            readonly recordStore: {
                /** @description The database engine: `sqlite` or `postgres`. */
                readonly engine: string;
                /**
                 * @description Whether it answered just now.
                 * @example true
                 */
                readonly reachable: boolean;
                /**
                 * @description The newest step that made its tables; a later one than this release knows, while a newer one runs beside it.
                 * @example 0001-tables
                 */
                readonly schema: string;
            };
            /** @description Where the wrapped keys and blind indexes are. */
            readonly keyStore: {
                /** @description The database engine: `sqlite` or `postgres`. */
                readonly engine: string;
                /**
                 * @description Whether it answered just now.
                 * @example true
                 */
                readonly reachable: boolean;
                /**
                 * @description The newest step that made its tables; a later one than this release knows, while a newer one runs beside it.
                 * @example 0001-tables
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
        readonly GiveApprovalBody: {
            readonly reason?: components["schemas"]["Reason"];
        };
        /** @description Somebody may see something of certain people, for a time. */
        readonly Grant: {
            readonly grant: components["schemas"]["GrantId"];
            /** @description `ordered`, `break_glass`, or `code`: given by the person. */
            readonly kind: string;
            /**
             * @description `offered`: a code nobody has told yet; `waiting` for approval; `in_force`; `over`.
             * @example waiting
             */
            readonly state: string;
            /** @description Who may use it; absent until a code is told. */
            readonly principal?: components["schemas"]["PrincipalId"];
            /** @description Who ordered it, or offered the code. */
            readonly orderedBy: components["schemas"]["PrincipalId"];
            /** @description Whose values; people who were erased since are left out. */
            readonly subjects: readonly components["schemas"]["SubjectId"][];
            /** @description The data types that it opens. */
            readonly types: readonly string[];
            readonly view: components["schemas"]["View"];
            /** @description For how long, from when it begins. */
            readonly minutes: number;
            /** @description Who has agreed. */
            readonly approvals: readonly components["schemas"]["GrantApproved"][];
            /** @description How many must still agree. */
            readonly missing: number;
            /**
             * Format: date-time
             * @description When it was ordered, UTC.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly orderedAt: string;
            /**
             * Format: date-time
             * @description When it began; absent: it has not.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly beginsAt?: string;
            /**
             * Format: date-time
             * @description When it ends, or lapses if it has not begun.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly endsAt: string;
            /**
             * Format: date-time
             * @description When it ended before its time.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly endedAt?: string;
            /** @description `refused`, `revoked`, `ticket_closed`, `principal_revoked`, `approver_revoked`, `erased`. */
            readonly endedAs?: string;
            readonly endedBy?: components["schemas"]["PrincipalId"];
            /**
             * Format: date-time
             * @description Until when somebody else has to review it.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly reviewBy?: string;
            /**
             * Format: date-time
             * @description When it was reviewed.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly reviewedAt?: string;
            readonly reviewedBy?: components["schemas"]["PrincipalId"];
            /** @description Its row was altered or damaged: it opens nothing. */
            readonly damaged?: boolean;
        };
        /**
         * @description Who must agree: `none`; `one` other principal; `two` others of two different roles; `afterwards`: it holds at once, and another reviews it.
         * @enum {string}
         */
        readonly GrantApproval: "none" | "one" | "two" | "afterwards";
        /** @description Who agreed to a grant. */
        readonly GrantApproved: {
            readonly principal: components["schemas"]["PrincipalId"];
            readonly role: components["schemas"]["Role"];
            /**
             * Format: date-time
             * @description When, UTC.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly at: string;
        };
        /**
         * @description A grant: somebody may see something of certain people, for a time.
         * @example gra_01m83rdet0ehaadnnnnhek1nfv
         */
        readonly GrantId: string;
        /**
         * @description Why, for those who approve. Sealed under the person’s key, and gone with them.
         * @example The invoice went to an address that she no longer has.
         */
        readonly GrantReason: string;
        /**
         * @description Which grants are listed.
         * @enum {string}
         */
        readonly GrantState: "waiting" | "in_force" | "to_review";
        /** @description What may be ordered by a rule for `order_grant`. */
        readonly GrantTerms: {
            /**
             * @description For how long at most.
             * @example 60
             */
            readonly minutes: number;
            readonly approval: components["schemas"]["GrantApproval"];
            /**
             * @description With `afterwards`: within how many hours it is to be reviewed.
             * @example 24
             */
            readonly reviewHours?: number;
        };
        /** @description That the process runs, and what it is. */
        readonly Health: {
            /** @description `ok`: the process runs. */
            readonly status: string;
            /** @description The release of Lethe. */
            readonly release: string;
            /** @description The newest step of each store that this release knows. */
            readonly schema: {
                /** @description Of the record store. */
                readonly records: string;
                /** @description Of the key store. */
                readonly keys: string;
            };
        };
        /** @description Where the vault tells what happens, and how it gets on. */
        readonly Hook: {
            readonly hook: components["schemas"]["HookId"];
            /**
             * @description Where messages go; absent where the row is damaged.
             * @example https://alarms.example.com/lethe
             */
            readonly url?: string;
            /** @description What it is told; absent: everything. */
            readonly events?: readonly string[];
            /** @description Its row was altered or damaged: it is told nothing. Add another one. */
            readonly damaged?: boolean;
            /**
             * @description `active`; `failing`: the last try failed and is repeated; `paused`: it is told nothing until it is resumed.
             * @example active
             */
            readonly state: string;
            /** @description Why it is paused, one of asked, failing, gone, damaged: somebody asked for it; it failed for three days; its receiver answered 410; its row is damaged. */
            readonly paused?: string;
            /** @description Why the last try failed: `http_` and a status, `timed_out`, `not_reached`, `not_resolved`, `address_refused` or `damaged`. */
            readonly failure?: string;
            /**
             * @description Failed tries of what is told next.
             * @example 0
             */
            readonly attempts: number;
            /**
             * @description What it is still to be told; at most 1,000 are counted.
             * @example 0
             */
            readonly pending: number;
            /**
             * Format: date-time
             * @description When it was added, UTC.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly createdAt: string;
            /**
             * Format: date-time
             * @description When its secret was made, UTC.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly secretSince: string;
            /**
             * Format: date-time
             * @description Until when messages carry a second, earlier signature.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly earlierSecretUntil?: string;
            /**
             * Format: date-time
             * @description Since when its tries fail, UTC.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly failingSince?: string;
            /**
             * Format: date-time
             * @description When the next try is due, UTC.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly nextTryAt?: string;
            /**
             * Format: date-time
             * @description When its receiver last took a message, UTC.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly deliveredAt?: string;
        };
        /**
         * @description A hook: where the vault tells what happens.
         * @example whk_01m81j18g0e329asxkdep5tmtc
         */
        readonly HookId: string;
        /** @description Hours of the day in a time zone. */
        readonly Hours: {
            /**
             * @description A time zone of the IANA list.
             * @example Europe/Vienna
             */
            readonly zone: string;
            /** @description The days on which such hours begin; absent: all. */
            readonly days?: readonly components["schemas"]["Weekday"][];
            /**
             * @description From then on, in the time of the zone.
             * @example 08:00
             */
            readonly from: string;
            /**
             * @description Until then. Earlier than `from`: of the day after.
             * @example 18:00
             */
            readonly to: string;
        };
        /** @description What a value of the data type `iban` must equal. */
        readonly IbanCriterion: {
            /**
             * @description The data type.
             * @enum {string}
             */
            readonly type: "iban";
            readonly part?: components["schemas"]["Part"];
            readonly country?: components["schemas"]["Country"];
            /** @description What is searched for: a value, or what the part takes. */
            readonly value: components["schemas"]["IbanInput"];
        };
        /**
         * @description A value of the data type `iban`, as it is sent.
         * @example DE89 3704 0044 0532 0130 00
         */
        readonly IbanInput: string;
        /** @description A value of the data type `iban` to store. */
        readonly IbanItem: {
            /**
             * @description The data type.
             * @enum {string}
             */
            readonly type: "iban";
            readonly value: components["schemas"]["IbanInput"];
            readonly country?: components["schemas"]["Country"];
            /** @description The person: the app’s ref, or a subject id (`sub_…`). Not from a caller that is tied to an audience. */
            readonly subject?: components["schemas"]["Ref"];
            readonly label?: components["schemas"]["Label"];
            readonly format?: components["schemas"]["TokenFormat"];
            readonly audience?: components["schemas"]["Audience"];
            readonly ttlSeconds?: components["schemas"]["TtlSeconds"];
            readonly uses?: components["schemas"]["Uses"];
            readonly reuse?: components["schemas"]["Reuse"];
            readonly token?: components["schemas"]["ForeignToken"];
        };
        /** @description What a value of the data type `iban` must equal. */
        readonly IbanSearch: {
            /**
             * @description The data type.
             * @enum {string}
             */
            readonly type: "iban";
            readonly part?: components["schemas"]["Part"];
            readonly country?: components["schemas"]["Country"];
            /** @description What is searched for: a value, or what the part takes. */
            readonly value: components["schemas"]["IbanInput"];
            readonly and?: components["schemas"]["Further"];
            readonly purpose: components["schemas"]["Purpose"];
            readonly reason?: components["schemas"]["Reason"];
            readonly ticket?: components["schemas"]["Ticket"];
            readonly after?: components["schemas"]["SearchPlace"];
            /** @description How many results a page holds at most; absent: 100. */
            readonly limit?: number;
        };
        /**
         * @description What a comparison ignores.
         * @enum {string}
         */
        readonly IgnoringStep: "ignore_width" | "ignore_case" | "ignore_spaces" | "ignore_separators";
        /** @description What a value of the data type `ip` must equal. */
        readonly IpCriterion: {
            /**
             * @description The data type.
             * @enum {string}
             */
            readonly type: "ip";
            readonly part?: components["schemas"]["Part"];
            readonly country?: components["schemas"]["Country"];
            /** @description What is searched for: a value, or what the part takes. */
            readonly value: components["schemas"]["IpInput"];
        };
        /**
         * @description A value of the data type `ip`, as it is sent.
         * @example 203.0.113.77
         */
        readonly IpInput: string;
        /** @description A value of the data type `ip` to store. */
        readonly IpItem: {
            /**
             * @description The data type.
             * @enum {string}
             */
            readonly type: "ip";
            readonly value: components["schemas"]["IpInput"];
            readonly country?: components["schemas"]["Country"];
            /** @description The person: the app’s ref, or a subject id (`sub_…`). Not from a caller that is tied to an audience. */
            readonly subject?: components["schemas"]["Ref"];
            readonly label?: components["schemas"]["Label"];
            readonly format?: components["schemas"]["TokenFormat"];
            readonly audience?: components["schemas"]["Audience"];
            readonly ttlSeconds?: components["schemas"]["TtlSeconds"];
            readonly uses?: components["schemas"]["Uses"];
            readonly reuse?: components["schemas"]["Reuse"];
            readonly token?: components["schemas"]["ForeignToken"];
        };
        /** @description What a value of the data type `ip` must equal. */
        readonly IpSearch: {
            /**
             * @description The data type.
             * @enum {string}
             */
            readonly type: "ip";
            readonly part?: components["schemas"]["Part"];
            readonly country?: components["schemas"]["Country"];
            /** @description What is searched for: a value, or what the part takes. */
            readonly value: components["schemas"]["IpInput"];
            readonly and?: components["schemas"]["Further"];
            readonly purpose: components["schemas"]["Purpose"];
            readonly reason?: components["schemas"]["Reason"];
            readonly ticket?: components["schemas"]["Ticket"];
            readonly after?: components["schemas"]["SearchPlace"];
            /** @description How many results a page holds at most; absent: 100. */
            readonly limit?: number;
        };
        /** @description A long job and how far it is. */
        readonly Job: {
            readonly job: components["schemas"]["JobId"];
            /** @description `rotate_epoch`: an epoch is closed. `rotate_index`: an index key is replaced. `compromise`: what a compromised key protected is sealed anew. `erase_tenant`: a whole tenant is erased. `backup`: the stores are copied. `drill`: the newest copies are tried. */
            readonly kind: string;
            /** @description `waiting`: not begun, or interrupted; with a `code`, that is why, and it is tried again. `running`: a process does it, or one that died did and another will go on. `completed`. `failed`: not tried again; see `code`. */
            readonly state: components["schemas"]["JobState"];
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
            readonly detail: components["schemas"]["JobDetail"];
            /** @description Its row was altered or damaged: the detail cannot be read, and is left out. An alarm was raised. */
            readonly damaged?: boolean;
        };
        /**
         * @description The outcome, by the kind of job; empty until it is completed, or a copy or a drill has failed. More may come.
         * @example {}
         */
        readonly JobDetail: {
            /** @description The epoch that was closed. */
            readonly epoch?: number;
            /** @description How many keys were wrapped anew. */
            readonly moved?: number;
            /** @description Root slots that the new epoch is not in. */
            readonly without?: readonly string[];
            /** @description Root slots that have not destroyed the old secret. */
            readonly waitsFor?: readonly string[];
            /** @description Nodes that have not said that they have forgotten it. */
            readonly waitsForNodes?: readonly string[];
            /** @description Secrets that had come back and were destroyed again. */
            readonly returned?: readonly string[];
            /** @description How many certificates were signed. */
            readonly certified?: number;
            /** @description The index whose key was replaced. */
            readonly name?: string;
            /** @description The versions of its key before. */
            readonly from?: readonly string[];
            /** @description The version of its key now. */
            readonly to?: number;
            /** @description How many rows were made again. */
            readonly rows?: number;
            /** @description Whether the old versions are gone. */
            readonly removed?: boolean;
            /** @description How many old rows are still to be removed. */
            readonly waiting?: number;
            /** @description How many records were sealed anew, or erased. */
            readonly records?: number;
            /** @description How many tokens stand for them. */
            readonly tokens?: number;
            /** @description How many buckets got new keys. */
            readonly buckets?: number;
            /** @description Whether nothing is left under an old key. */
            readonly complete?: boolean;
            /** @description How many records could not be opened. */
            readonly damaged?: number;
            /** @description How many are being changed by other calls. */
            readonly underWay?: number;
            /** @description Whether the epoch is to be closed next. */
            readonly closeEpoch?: boolean;
            /** @description The tenant that was erased. */
            readonly tenant?: components["schemas"]["TenantId"];
            readonly erasure?: components["schemas"]["ErasureId"];
            /** @description The folder of the copy of the record store, without its path. */
            readonly recordsFolder?: string;
            /** @description Its size. */
            readonly recordsBytes?: number;
            /** @description How long it took, in milliseconds. */
            readonly recordsMs?: number;
            /**
             * Format: date-time
             * @description Of a drill: when the copy was taken, UTC.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly recordsTakenAt?: string;
            /** @description Of a drill: the epoch in which the copy was taken. */
            readonly recordsEpoch?: number;
            /** @description The folder of the copy of the key store, without its path. */
            readonly keysFolder?: string;
            /** @description Its size. */
            readonly keysBytes?: number;
            /** @description How long it took, in milliseconds. */
            readonly keysMs?: number;
            /**
             * Format: date-time
             * @description Of a drill: when the copy was taken, UTC.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly keysTakenAt?: string;
            /** @description Of a drill: the epoch in which the copy was taken. */
            readonly keysEpoch?: number;
            /** @description Copies that no key opens any more, and that were deleted. */
            readonly pruned?: readonly string[];
            /** @description Copies that were left half done, and were deleted. */
            readonly swept?: readonly string[];
            /**
             * Format: date-time
             * @description Of a drill: when it was, UTC.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly at?: string;
            /** @description Whether everything opened that must, and nothing that must not. */
            readonly ok?: boolean;
            /** @description Of a drill: each step, whether it went well, its milliseconds, and what it found. */
            readonly steps?: readonly string[];
            /**
             * Format: date-time
             * @description When the next drill is due, UTC.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly nextDueAt?: string;
            /** @description Why it failed: a code. */
            readonly why?: string;
        };
        /** @description One event of a stream. */
        readonly JobEvent: {
            /** @description Counts the events of this stream. */
            readonly id: string;
            /** @description `progress`, or `done` for the last one. */
            readonly event: string;
            /** @description The job as it is then. */
            readonly data: components["schemas"]["Job"];
        };
        /**
         * @description A long job that was ordered.
         * @example job_01m83rdet0ehaadnnnnhek1nfv
         */
        readonly JobId: string;
        /**
         * @description How far a long job is.
         * @enum {string}
         */
        readonly JobState: "waiting" | "running" | "completed" | "failed";
        /** @description The public keys of the vault’s certificates (RFC 7517). */
        readonly Jwks: {
            /** @description The oldest first; kept for good. */
            readonly keys: readonly {
                /** @description The key type: `OKP`. */
                readonly kty: string;
                /** @description The curve: `Ed25519`. */
                readonly crv: string;
                /** @description The public key, base64url. */
                readonly x: string;
                /** @description The RFC 7638 thumbprint, as in the header of what the key signed. */
                readonly kid: string;
                /** @description `sig`: the key signs. */
                readonly use: string;
                /** @description The algorithm: `EdDSA`. */
                readonly alg: string;
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
            /** @description `root_key`; `epoch_secret`: in the root slots; `epoch_key`: made of those two, for each tenant, and stored nowhere; `bucket_key`: wraps about 256 record keys; `record_key`: seals one value; `index_key`: makes blind indexes; `mac_key`: marks and finds the vault’s own rows; `window_key`: seals values that are in no store; `signing_key`: signs certificates. */
            readonly kind: string;
            /**
             * @description Which one: an index, a purpose of the vault’s own (`@…`), the id of a signing key; of the root key, where it came from.
             * @example email
             */
            readonly name?: string;
            /** @description The version of an index or MAC key. */
            readonly version?: number;
            /** @description The epoch under which it is wrapped; of an epoch’s own keys, that epoch. The first is 0. */
            readonly epoch?: number;
            /** @description In the words of NIST SP 800-57 part 1 rev. 5, section 7; no key is ever suspended. */
            readonly state: components["schemas"]["KeyState"];
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
            /** @description Whether counting ended at `count`: there are more. Absent: it did not. */
            readonly atLeast?: boolean;
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
        /**
         * @description A state of NIST SP 800-57 part 1 rev. 5, section 7.
         * @enum {string}
         */
        readonly KeyState: "pre_activation" | "active" | "deactivated" | "compromised" | "destroyed";
        /**
         * @description The app’s word for this value among a subject’s values, such as `billing`. Stored in the clear.
         * @example billing
         */
        readonly Label: string;
        /**
         * @description The legal basis: GDPR Art. 6(1).
         * @example contract
         * @enum {string}
         */
        readonly LegalBasis: "contract" | "consent" | "legal_obligation" | "legitimate_interests" | "vital_interests" | "public_task";
        readonly ListApprovalsReply: {
            /** @description The newest first. Who may not approve is told of their own alone. */
            readonly approvals: readonly components["schemas"]["Approval"][];
            /** @description Where the next page begins: send it as `after`. Absent on the last page. */
            readonly next?: components["schemas"]["ApprovalId"];
        };
        readonly ListAuditEntriesReply: {
            /** @description The newest first. */
            readonly entries: readonly components["schemas"]["AuditEntry"][];
            /** @description Where the next page begins: send it as `after`. Absent on the last page. */
            readonly next?: components["schemas"]["AuditId"];
        };
        readonly ListChoicesReply: {
            readonly subject: components["schemas"]["SubjectId"];
            /** @description Of every purpose in use, in the order of their words. */
            readonly choices: readonly components["schemas"]["StandingChoice"][];
            /** @description The only purposes left; absent: there is no restriction. */
            readonly restricted?: readonly components["schemas"]["Purpose"][];
        };
        readonly ListDeliveriesReply: {
            /** @description The newest first; a page may hold fewer than asked for, or none. */
            readonly deliveries: readonly components["schemas"]["Delivery"][];
            /** @description Where the next page begins: send it as `after`. Absent on the last page. */
            readonly next?: components["schemas"]["EventId"];
        };
        readonly ListExposedReply: {
            /** @description In the order in which they were sealed anew. */
            readonly exposed: readonly components["schemas"]["Exposed"][];
            /** @description Where the next page begins: send it as `after`. Absent on the last page. */
            readonly next?: string;
        };
        readonly ListGrantsReply: {
            /** @description In the order they were ordered. */
            readonly grants: readonly components["schemas"]["Grant"][];
            /** @description Where the next page begins: send it as `after`. Absent on the last page. */
            readonly next?: components["schemas"]["GrantId"];
        };
        readonly ListHooksReply: {
            /** @description The oldest first; at most 20. */
            readonly hooks: readonly components["schemas"]["Hook"][];
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
        readonly ListPurposesReply: {
            /** @description In the order of their words. */
            readonly purposes: readonly components["schemas"]["PurposeDescription"][];
        };
        readonly ListRolesReply: {
            /** @description Those of the house, then the tenant’s own by name. */
            readonly roles: readonly components["schemas"]["RoleRules"][];
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
        readonly MakeLinksBody: {
            readonly purpose: components["schemas"]["Purpose"];
            /** @description Who is written to. */
            readonly subjects: readonly components["schemas"]["SubjectId"][];
            /**
             * @description Where the app takes an unsubscription: an https URL that ends with a slash. The link is put behind it.
             * @example https://shop.example/unsubscribe/
             */
            readonly url: string;
        };
        readonly MakeLinksReply: {
            /** @description In the order sent. */
            readonly links: readonly components["schemas"]["UnsubscribeLink"][];
            /** @description The value of the header `List-Unsubscribe-Post`, for each of them. */
            readonly listUnsubscribePost: string;
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
            /** @description Compares with the values of this label alone. */
            readonly label?: components["schemas"]["Label"];
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
            readonly country?: components["schemas"]["Country"];
            readonly purpose: components["schemas"]["Purpose"];
            readonly reason?: components["schemas"]["Reason"];
            readonly ticket?: components["schemas"]["Ticket"];
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
            readonly country?: components["schemas"]["Country"];
            readonly purpose: components["schemas"]["Purpose"];
            readonly reason?: components["schemas"]["Reason"];
            readonly ticket?: components["schemas"]["Ticket"];
        };
        /**
         * @description How it was said: `account` by the person, signed in; `signal` by a browser.
         * @enum {string}
         */
        readonly Means: "form" | "phone" | "paper" | "message" | "link" | "signal" | "account" | "other";
        readonly MintTokenBody: {
            /** @description The record that the token is to stand for. */
            readonly record: components["schemas"]["RecordId"];
            readonly format?: components["schemas"]["TokenFormat"];
            readonly audience?: components["schemas"]["Audience"];
            readonly ttlSeconds?: components["schemas"]["TtlSeconds"];
            readonly uses?: components["schemas"]["Uses"];
        };
        /** @description A token of a record, and its limits. */
        readonly MintedToken: {
            readonly token: components["schemas"]["Token"];
            /**
             * @description What it looks like, a format of tokens; `foreign`: it was brought along from another vault.
             * @example random
             */
            readonly format: string;
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
        /** @description 1 to 12, or its digits as text. */
        readonly MonthInput: number | string;
        /** @description What a value of the data type `name` must equal. */
        readonly NameCriterion: {
            /**
             * @description The data type.
             * @enum {string}
             */
            readonly type: "name";
            readonly part?: components["schemas"]["Part"];
            readonly country?: components["schemas"]["Country"];
            /** @description What is searched for: a value, or what the part takes. */
            readonly value: components["schemas"]["NameSought"];
        };
        /**
         * @description A value of the data type `name`, as it is sent.
         * @example {
         *       "given": "Jane",
         *       "family": "Doe"
         *     }
         */
        readonly NameInput: {
            /** @description Given names. This or `family` must be there. */
            readonly given?: string;
            /** @description Family name. */
            readonly family?: string;
        };
        /** @description A value of the data type `name` to store. */
        readonly NameItem: {
            /**
             * @description The data type.
             * @enum {string}
             */
            readonly type: "name";
            readonly value: components["schemas"]["NameInput"];
            readonly country?: components["schemas"]["Country"];
            /** @description The person: the app’s ref, or a subject id (`sub_…`). Not from a caller that is tied to an audience. */
            readonly subject?: components["schemas"]["Ref"];
            readonly label?: components["schemas"]["Label"];
            readonly format?: components["schemas"]["TokenFormat"];
            readonly audience?: components["schemas"]["Audience"];
            readonly ttlSeconds?: components["schemas"]["TtlSeconds"];
            readonly uses?: components["schemas"]["Uses"];
            readonly reuse?: components["schemas"]["Reuse"];
            readonly token?: components["schemas"]["ForeignToken"];
        };
        /** @description What a value of the data type `name` must equal. */
        readonly NameSearch: {
            /**
             * @description The data type.
             * @enum {string}
             */
            readonly type: "name";
            readonly part?: components["schemas"]["Part"];
            readonly country?: components["schemas"]["Country"];
            /** @description What is searched for: a value, or what the part takes. */
            readonly value: components["schemas"]["NameSought"];
            readonly and?: components["schemas"]["Further"];
            readonly purpose: components["schemas"]["Purpose"];
            readonly reason?: components["schemas"]["Reason"];
            readonly ticket?: components["schemas"]["Ticket"];
            readonly after?: components["schemas"]["SearchPlace"];
            /** @description How many results a page holds at most; absent: 100. */
            readonly limit?: number;
        };
        /** @description A value of the data type `name`, or what one of its parts takes. */
        readonly NameSought: string | components["schemas"]["NameInput"];
        /** @description A value of the data type `name`, as it comes back. */
        readonly NameValue: {
            /** @description Given names; empty where there is none. */
            readonly given: string;
            /** @description Family name; empty where there is none. */
            readonly family: string;
        };
        /** @description What a value of the data type `national_id` must equal. */
        readonly NationalIdCriterion: {
            /**
             * @description The data type.
             * @enum {string}
             */
            readonly type: "national_id";
            readonly part?: components["schemas"]["Part"];
            readonly country?: components["schemas"]["Country"];
            /** @description What is searched for: a value, or what the part takes. */
            readonly value: components["schemas"]["NationalIdInput"];
        };
        /**
         * @description A value of the data type `national_id`, as it is sent.
         * @example {
         *       "country": "US",
         *       "number": "123-45-6789"
         *     }
         */
        readonly NationalIdInput: {
            /** @description ISO 3166-1 alpha-2. */
            readonly country: string;
            /** @description Which of the country’s numbers; absent: the number tells. */
            readonly kind?: string;
            /** @description The number, spaces and punctuation in it or not. */
            readonly number: string;
        };
        /** @description A value of the data type `national_id` to store. */
        readonly NationalIdItem: {
            /**
             * @description The data type.
             * @enum {string}
             */
            readonly type: "national_id";
            readonly value: components["schemas"]["NationalIdInput"];
            readonly country?: components["schemas"]["Country"];
            /** @description The person: the app’s ref, or a subject id (`sub_…`). Not from a caller that is tied to an audience. */
            readonly subject?: components["schemas"]["Ref"];
            readonly label?: components["schemas"]["Label"];
            readonly format?: components["schemas"]["TokenFormat"];
            readonly audience?: components["schemas"]["Audience"];
            readonly ttlSeconds?: components["schemas"]["TtlSeconds"];
            readonly uses?: components["schemas"]["Uses"];
            readonly reuse?: components["schemas"]["Reuse"];
            readonly token?: components["schemas"]["ForeignToken"];
        };
        /** @description What a value of the data type `national_id` must equal. */
        readonly NationalIdSearch: {
            /**
             * @description The data type.
             * @enum {string}
             */
            readonly type: "national_id";
            readonly part?: components["schemas"]["Part"];
            readonly country?: components["schemas"]["Country"];
            /** @description What is searched for: a value, or what the part takes. */
            readonly value: components["schemas"]["NationalIdInput"];
            readonly and?: components["schemas"]["Further"];
            readonly purpose: components["schemas"]["Purpose"];
            readonly reason?: components["schemas"]["Reason"];
            readonly ticket?: components["schemas"]["Ticket"];
            readonly after?: components["schemas"]["SearchPlace"];
            /** @description How many results a page holds at most; absent: 100. */
            readonly limit?: number;
        };
        /** @description A value of the data type `national_id`, as it comes back. */
        readonly NationalIdValue: {
            /** @description ISO 3166-1 alpha-2. */
            readonly country: string;
            /** @description Which of the country’s numbers. */
            readonly kind: string;
            /** @description In upper case, without spaces and punctuation. */
            readonly number: string;
        };
        /** @description A telephone number as its country writes it. */
        readonly NationalPhone: {
            /** @description As it is dialled in its country. */
            readonly number: string;
            /** @description ISO 3166-1 alpha-2. */
            readonly country: string;
        };
        /**
         * @description A step by which the stored form is made.
         * @enum {string}
         */
        readonly NormalisingStep: "fold_width" | "upper" | "lower" | "remove_spaces" | "remove_separators";
        /** @description A token that was not revealed, and why. */
        readonly NotRevealed: {
            readonly token: components["schemas"]["Token"];
            /**
             * @description There is no value.
             * @enum {string}
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
        readonly OfferGrantCodeBody: {
            /**
             * @description The data types that it opens.
             * @example [
             *       "email",
             *       "phone"
             *     ]
             */
            readonly types: readonly string[];
            readonly view: components["schemas"]["View"];
            /**
             * @description How long the code can be told, and how long it then opens something.
             * @example 30
             */
            readonly minutes: number;
        };
        readonly OfferGrantCodeReply: {
            readonly grant: components["schemas"]["GrantId"];
            /**
             * @description To be shown to the person, and told by them. It is shown this once and kept as a digest.
             * @example 7KQ2-M9XD
             */
            readonly code: string;
            /**
             * Format: date-time
             * @description Until when it can be told, UTC.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly endsAt: string;
        };
        /** @description What is copied. The folders are the server’s settings: nobody names one over the API. */
        readonly OrderBackupBody: {
            /** @description Which stores are copied: `records`, `keys`, or both; an empty list is as none: both. */
            readonly stores?: readonly components["schemas"]["StoreName"][];
            /**
             * @description Then delete the copies of the key store that no key opens any more.
             * @default false
             */
            readonly prune: boolean;
        };
        /** @description Nothing: the newest copies in the folders of the server’s settings are tried. */
        readonly OrderDrillBody: Record<string, never>;
        readonly OrderGrantBody: {
            /** @description Whose values. */
            readonly subjects: readonly components["schemas"]["SubjectId"][];
            /**
             * @description The data types that it opens.
             * @example [
             *       "email",
             *       "phone"
             *     ]
             */
            readonly types: readonly string[];
            readonly view: components["schemas"]["View"];
            readonly ticket: components["schemas"]["Ticket"];
            readonly reason: components["schemas"]["GrantReason"];
            /**
             * @description For how long, from when it is approved.
             * @example 30
             */
            readonly minutes: number;
            /**
             * @description At once, without anybody’s approval; it is told to hooks, and somebody else has to review it.
             * @default false
             */
            readonly breakGlass: boolean;
        };
        /** @description The long job that does what was ordered. */
        readonly OrderedJob: {
            readonly job: components["schemas"]["JobId"];
        };
        /**
         * @description What came of a call.
         * @enum {string}
         */
        readonly Outcome: "done" | "replayed" | "refused" | "failed";
        /**
         * @description A shaped format of tokens.
         * @enum {string}
         */
        readonly OwnTokenFormat: "digits";
        /** @description What a value of a data type of the tenant’s own must equal. */
        readonly OwnTypeCriterion: {
            /**
             * @description Name of a data type of the tenant’s own.
             * @example x_staff_badge
             */
            readonly type: `x_${string}`;
            readonly part?: components["schemas"]["Part"];
            readonly country?: components["schemas"]["Country"];
            /** @description What is searched for. */
            readonly value: string;
        };
        /** @description A value of a data type of the tenant’s own to store. */
        readonly OwnTypeItem: {
            /**
             * @description Name of a data type of the tenant’s own.
             * @example x_staff_badge
             */
            readonly type: `x_${string}`;
            /**
             * @description What its definition says: text, or any JSON.
             * @example AB123456
             */
            readonly value: unknown;
            readonly country?: components["schemas"]["Country"];
            /** @description The person: the app’s ref, or a subject id (`sub_…`). Not from a caller that is tied to an audience. */
            readonly subject?: components["schemas"]["Ref"];
            readonly label?: components["schemas"]["Label"];
            readonly format?: components["schemas"]["TokenFormat"];
            readonly audience?: components["schemas"]["Audience"];
            readonly ttlSeconds?: components["schemas"]["TtlSeconds"];
            readonly uses?: components["schemas"]["Uses"];
            readonly reuse?: components["schemas"]["Reuse"];
            readonly token?: components["schemas"]["ForeignToken"];
        };
        /** @description What a value of a data type of the tenant’s own must equal. */
        readonly OwnTypeSearch: {
            /**
             * @description Name of a data type of the tenant’s own.
             * @example x_staff_badge
             */
            readonly type: `x_${string}`;
            readonly part?: components["schemas"]["Part"];
            readonly country?: components["schemas"]["Country"];
            /** @description What is searched for. */
            readonly value: string;
            readonly and?: components["schemas"]["Further"];
            readonly purpose: components["schemas"]["Purpose"];
            readonly reason?: components["schemas"]["Reason"];
            readonly ticket?: components["schemas"]["Ticket"];
            readonly after?: components["schemas"]["SearchPlace"];
            /** @description How many results a page holds at most; absent: 100. */
            readonly limit?: number;
        };
        /**
         * @description A part of the value to search by, such as `last4`; absent: the whole value.
         * @example domain
         */
        readonly Part: string;
        /** @description A password: as text, or `{password}`. */
        readonly PasswordAttempt: string | components["schemas"]["PasswordItself"];
        /**
         * @description A value of the data type `password`, as it is sent.
         * @example correct horse battery staple
         */
        readonly PasswordInput: string | components["schemas"]["PasswordOrVerifier"];
        /** @description A value of the data type `password` to store. */
        readonly PasswordItem: {
            /**
             * @description The data type.
             * @enum {string}
             */
            readonly type: "password";
            readonly value: components["schemas"]["PasswordInput"];
            readonly country?: components["schemas"]["Country"];
            /** @description The person: the app’s ref, or a subject id (`sub_…`). Not from a caller that is tied to an audience. */
            readonly subject?: components["schemas"]["Ref"];
            readonly label?: components["schemas"]["Label"];
            readonly format?: components["schemas"]["TokenFormat"];
            readonly audience?: components["schemas"]["Audience"];
            readonly ttlSeconds?: components["schemas"]["TtlSeconds"];
            readonly uses?: components["schemas"]["Uses"];
            readonly reuse?: components["schemas"]["Reuse"];
            readonly token?: components["schemas"]["ForeignToken"];
        };
        /** @description A password. */
        readonly PasswordItself: {
            /** @description The password. */
            readonly password: string;
        };
        /** @description A password or its verifier, one of them. */
        readonly PasswordOrVerifier: {
            /** @description The password itself. */
            readonly password?: string;
            /** @description Its verifier, made elsewhere: Argon2id in PHC string format. */
            readonly phc?: string;
        };
        /** @description A choice as it was made. */
        readonly PastChoice: {
            /** @description Its number in the person’s history. */
            readonly number: number;
            /** @description Also `restricted` and `lifted`, of a restriction. */
            readonly choice: string;
            /** @description The types that it was about; absent: all. */
            readonly types?: readonly string[];
            /** @description Of the purpose: what people were told then is readable there. */
            readonly purposeVersion: number;
            /** @description `recovered`: noted again by the vault, in a store that was put back. */
            readonly means: string;
            /** @description Which notice, in which version. */
            readonly notice?: string;
            /** @description The words that the person agreed to or answered. */
            readonly text?: string;
            /** @description SHA-256 of the text, in hexadecimal. */
            readonly textHash?: string;
            /** @description Whether a paper, a recording or a case was named. */
            readonly hasReference: boolean;
            /** @description The principal that noted it. */
            readonly by: string;
            /**
             * Format: date-time
             * @description When it was noted, UTC.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly at: string;
            /** @description Its row was altered or damaged. */
            readonly damaged?: boolean;
        };
        /** @description What a value of the data type `phone` must equal. */
        readonly PhoneCriterion: {
            /**
             * @description The data type.
             * @enum {string}
             */
            readonly type: "phone";
            readonly part?: components["schemas"]["Part"];
            readonly country?: components["schemas"]["Country"];
            /** @description What is searched for: a value, or what the part takes. */
            readonly value: components["schemas"]["PhoneSought"];
        };
        /**
         * @description A value of the data type `phone`, as it is sent.
         * @example +44 20 7946 0958
         */
        readonly PhoneInput: string | components["schemas"]["NationalPhone"];
        /** @description A value of the data type `phone` to store. */
        readonly PhoneItem: {
            /**
             * @description The data type.
             * @enum {string}
             */
            readonly type: "phone";
            readonly value: components["schemas"]["PhoneInput"];
            readonly country?: components["schemas"]["Country"];
            /** @description The person: the app’s ref, or a subject id (`sub_…`). Not from a caller that is tied to an audience. */
            readonly subject?: components["schemas"]["Ref"];
            readonly label?: components["schemas"]["Label"];
            readonly format?: components["schemas"]["TokenFormat"];
            readonly audience?: components["schemas"]["Audience"];
            readonly ttlSeconds?: components["schemas"]["TtlSeconds"];
            readonly uses?: components["schemas"]["Uses"];
            readonly reuse?: components["schemas"]["Reuse"];
            readonly token?: components["schemas"]["ForeignToken"];
        };
        /** @description What a value of the data type `phone` must equal. */
        readonly PhoneSearch: {
            /**
             * @description The data type.
             * @enum {string}
             */
            readonly type: "phone";
            readonly part?: components["schemas"]["Part"];
            readonly country?: components["schemas"]["Country"];
            /** @description What is searched for: a value, or what the part takes. */
            readonly value: components["schemas"]["PhoneSought"];
            readonly and?: components["schemas"]["Further"];
            readonly purpose: components["schemas"]["Purpose"];
            readonly reason?: components["schemas"]["Reason"];
            readonly ticket?: components["schemas"]["Ticket"];
            readonly after?: components["schemas"]["SearchPlace"];
            /** @description How many results a page holds at most; absent: 100. */
            readonly limit?: number;
        };
        /** @description A value of the data type `phone`, or what one of its parts takes. */
        readonly PhoneSought: string | components["schemas"]["NationalPhone"];
        /** @description What a value of the data type `postal_code` must equal. */
        readonly PostalCodeCriterion: {
            /**
             * @description The data type.
             * @enum {string}
             */
            readonly type: "postal_code";
            readonly part?: components["schemas"]["Part"];
            readonly country?: components["schemas"]["Country"];
            /** @description What is searched for: a value, or what the part takes. */
            readonly value: components["schemas"]["PostalCodeInput"];
        };
        /**
         * @description A value of the data type `postal_code`, as it is sent.
         * @example {
         *       "code": "10115",
         *       "country": "DE"
         *     }
         */
        readonly PostalCodeInput: {
            /** @description As the country writes it. */
            readonly code: string;
            /** @description ISO 3166-1 alpha-2, or XK. */
            readonly country: string;
        };
        /** @description A value of the data type `postal_code` to store. */
        readonly PostalCodeItem: {
            /**
             * @description The data type.
             * @enum {string}
             */
            readonly type: "postal_code";
            readonly value: components["schemas"]["PostalCodeInput"];
            readonly country?: components["schemas"]["Country"];
            /** @description The person: the app’s ref, or a subject id (`sub_…`). Not from a caller that is tied to an audience. */
            readonly subject?: components["schemas"]["Ref"];
            readonly label?: components["schemas"]["Label"];
            readonly format?: components["schemas"]["TokenFormat"];
            readonly audience?: components["schemas"]["Audience"];
            readonly ttlSeconds?: components["schemas"]["TtlSeconds"];
            readonly uses?: components["schemas"]["Uses"];
            readonly reuse?: components["schemas"]["Reuse"];
            readonly token?: components["schemas"]["ForeignToken"];
        };
        /** @description What a value of the data type `postal_code` must equal. */
        readonly PostalCodeSearch: {
            /**
             * @description The data type.
             * @enum {string}
             */
            readonly type: "postal_code";
            readonly part?: components["schemas"]["Part"];
            readonly country?: components["schemas"]["Country"];
            /** @description What is searched for: a value, or what the part takes. */
            readonly value: components["schemas"]["PostalCodeInput"];
            readonly and?: components["schemas"]["Further"];
            readonly purpose: components["schemas"]["Purpose"];
            readonly reason?: components["schemas"]["Reason"];
            readonly ticket?: components["schemas"]["Ticket"];
            readonly after?: components["schemas"]["SearchPlace"];
            /** @description How many results a page holds at most; absent: 100. */
            readonly limit?: number;
        };
        /** @description A value of the data type `postal_code`, as it comes back. */
        readonly PostalCodeValue: {
            /** @description As the country writes it, in upper case. */
            readonly code: string;
            /** @description ISO 3166-1 alpha-2, or XK. */
            readonly country: string;
        };
        readonly PreviewRoleBody: {
            /**
             * @description What the role is for. It stands in lists and is not sealed: no name of a person.
             * @default
             * @example The help desk: masked, with a ticket.
             */
            readonly description: string;
            /** @description What no rule allows is refused. */
            readonly rules: readonly components["schemas"]["Rule"][];
            /**
             * @description Change it only if this is its version; 0: only if there was none. Absent: whatever stands.
             * @example 1
             */
            readonly ifVersion?: number;
        };
        /** @description Who may call: a service, or a post that people hold. */
        readonly Principal: {
            readonly principal: components["schemas"]["PrincipalId"];
            /**
             * @description A name for the service or post, such as `checkout` or `support-desk-2`; never a person’s own name. Two may have one name: ids tell them apart.
             * @example checkout
             */
            readonly name: string;
            readonly role: components["schemas"]["Role"];
            /** @description The purposes for which it may ask for values. */
            readonly purposes: readonly components["schemas"]["Purpose"][];
            /** @description Its row was altered or damaged: its purposes cannot be read, and are left out. It is not let in. */
            readonly damaged?: boolean;
            /** @description The only audience whose tokens it can use; absent: all. */
            readonly audience?: components["schemas"]["Audience"];
            /** @description Addresses or networks in CIDR notation: the only ones from which it may call; absent: from everywhere; empty: from nowhere. */
            readonly networks?: readonly string[];
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
             * @description The problem, for programs; each is stable, and more may come.
             * @example invalid_request
             */
            readonly code: string;
            /** @description The problem, for people. */
            readonly detail: string;
            /** @description The place in the request that is at fault, such as `items/3/value.number`. */
            readonly field?: string;
            /** @description With a 422: all that is wrong, up to 100 faults. The first is also `code`, `detail` and `field`. */
            readonly errors?: readonly components["schemas"]["Fault"][];
            /** @description With `approval_needed`: what waits. Once others have approved it, send the same call again. */
            readonly approval?: string;
            /** @description Id of the request, as in the log and the audit entry. */
            readonly request: string;
        };
        /**
         * @description Why the values are asked for: a word in lower case, such as `billing`.
         * @example billing
         */
        readonly Purpose: string;
        /** @description Why values may be asked for. */
        readonly PurposeDescription: {
            readonly purpose: components["schemas"]["Purpose"];
            /** @description What people are told; absent: nobody has said it yet. */
            readonly told?: string;
            /**
             * @description The legal basis, as it was declared; `undeclared`: the word is older than the registry, and nobody has said it.
             * @example contract
             */
            readonly basis: string;
            /** @description Whether a person may object. */
            readonly mayObject: boolean;
            /** @description Whether a person may withdraw: from consent alone. */
            readonly mayWithdraw: boolean;
            /** @description The data types that it needs; absent: all. */
            readonly types?: readonly string[];
            /** @description Goes up with every change. */
            readonly version: number;
            /**
             * Format: date-time
             * @description When it was first declared, UTC.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly declaredAt: string;
            /**
             * Format: date-time
             * @description Since when it is as it is now, UTC.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly changedAt: string;
            /**
             * Format: date-time
             * @description Since when it can be given to nobody; absent: it is in use.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly endedAt?: string;
            /** @description Its row was altered or damaged: what it said is left out. Declare it again. */
            readonly damaged?: boolean;
        };
        readonly ReadAccessExposureReply: {
            readonly principal: components["schemas"]["PrincipalId"];
            /**
             * Format: date-time
             * @description When the tenant’s log begins, UTC. Of the time before, nothing is known.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly logBegins: string;
            /** @description How many entries of the log this page has read. */
            readonly entries: number;
            /** @description Entries of values shown that do not say which: their rows were altered. Their `records` may tell. */
            readonly unclear: readonly components["schemas"]["AuditId"][];
            /** @description In the order first seen. Another page may have more of the same. */
            readonly seen: readonly components["schemas"]["Exposure"][];
            /** @description Where the next page begins: send it as `after`. Absent on the last page. */
            readonly next?: components["schemas"]["AuditId"];
        };
        readonly ReadAccessMatrixReply: {
            /** @description Roles of the house, then the tenant’s own by name. */
            readonly roles: readonly components["schemas"]["RoleCells"][];
        };
        readonly ReadAccessReviewReply: {
            /** @description Those in force, in the order they were added. */
            readonly principals: readonly components["schemas"]["AccessReviewed"][];
            /** @description Where the next page begins: send it as `after`. Absent on the last page. */
            readonly next?: components["schemas"]["PrincipalId"];
        };
        readonly ReadChoiceHistoryReply: {
            readonly subject: components["schemas"]["SubjectId"];
            readonly purpose: components["schemas"]["Purpose"];
            /** @description The newest first. */
            readonly choices: readonly components["schemas"]["PastChoice"][];
            /** @description Where the next page begins: send it as `after`. Absent on the last page. */
            readonly next?: number;
        };
        readonly ReadGrantReply: {
            readonly grant: components["schemas"]["GrantId"];
            /** @description `ordered`, `break_glass`, or `code`: given by the person. */
            readonly kind: string;
            /**
             * @description `offered`: a code nobody has told yet; `waiting` for approval; `in_force`; `over`.
             * @example waiting
             */
            readonly state: string;
            /** @description Who may use it; absent until a code is told. */
            readonly principal?: components["schemas"]["PrincipalId"];
            /** @description Who ordered it, or offered the code. */
            readonly orderedBy: components["schemas"]["PrincipalId"];
            /** @description Whose values; people who were erased since are left out. */
            readonly subjects: readonly components["schemas"]["SubjectId"][];
            /** @description The data types that it opens. */
            readonly types: readonly string[];
            readonly view: components["schemas"]["View"];
            /** @description For how long, from when it begins. */
            readonly minutes: number;
            /** @description Who has agreed. */
            readonly approvals: readonly components["schemas"]["GrantApproved"][];
            /** @description How many must still agree. */
            readonly missing: number;
            /**
             * Format: date-time
             * @description When it was ordered, UTC.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly orderedAt: string;
            /**
             * Format: date-time
             * @description When it began; absent: it has not.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly beginsAt?: string;
            /**
             * Format: date-time
             * @description When it ends, or lapses if it has not begun.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly endsAt: string;
            /**
             * Format: date-time
             * @description When it ended before its time.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly endedAt?: string;
            /** @description `refused`, `revoked`, `ticket_closed`, `principal_revoked`, `approver_revoked`, `erased`. */
            readonly endedAs?: string;
            readonly endedBy?: components["schemas"]["PrincipalId"];
            /**
             * Format: date-time
             * @description Until when somebody else has to review it.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly reviewBy?: string;
            /**
             * Format: date-time
             * @description When it was reviewed.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly reviewedAt?: string;
            readonly reviewedBy?: components["schemas"]["PrincipalId"];
            /** @description Its row was altered or damaged: it opens nothing. */
            readonly damaged?: boolean;
            /** @description Why; for those who approve, and whoever ordered it. Gone once erased. */
            readonly reason?: components["schemas"]["GrantReason"];
            /** @description The case; as the reason. */
            readonly ticket?: components["schemas"]["Ticket"];
        };
        readonly ReadRoleReply: {
            readonly role: components["schemas"]["Role"];
            /** @description Whether it is a role of the house: it can be copied, not changed. */
            readonly builtIn: boolean;
            /**
             * @description What the role is for. It stands in lists and is not sealed: no name of a person.
             * @example The help desk: masked, with a ticket.
             */
            readonly description: string;
            /** @description What no rule allows is refused. */
            readonly rules: readonly components["schemas"]["StandingRule"][];
            /**
             * @description Grows with each change.
             * @example 2
             */
            readonly version?: number;
            /**
             * Format: date-time
             * @description When this version was made, UTC.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly changedAt?: string;
            /** @description Who made it. */
            readonly changedBy?: components["schemas"]["PrincipalId"];
            /** @description Its row was altered or damaged: it allows nothing, and its rules are left out. */
            readonly damaged?: boolean;
            /**
             * Format: date-time
             * @description Since when the role is not in force; absent: it is.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly endedAt?: string;
            /** @description The principals in force that have it. */
            readonly principals: readonly components["schemas"]["PrincipalId"][];
            /** @description Versions before this one, the newest first, at most 20; altered ones are left out. */
            readonly earlier: readonly components["schemas"]["RoleVersion"][];
        };
        /** @description Whether a call would be answered. */
        readonly Readiness: {
            /** @description `ready`, `unavailable`, or `sealed`: the root key’s shares are missing. */
            readonly status: string;
            /** @description What stands in the way, each with a code. */
            readonly unavailable?: {
                readonly [key: string]: string;
            };
            /** @description What fails while calls are answered, each with a code. */
            readonly degraded?: {
                readonly [key: string]: string;
            };
        };
        /**
         * @description Why, in the caller’s words. Kept as a MAC only: a reason shown later can be checked, none can be read.
         * @example case 4711
         */
        readonly Reason: string;
        /** @description A stored value, described without showing it. */
        readonly Record: {
            readonly record: components["schemas"]["RecordId"];
            readonly subject?: components["schemas"]["SubjectId"];
            /**
             * @description Name of a data type.
             * @example email
             */
            readonly type: string;
            readonly label?: components["schemas"]["Label"];
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
        readonly RecordChoiceBody: {
            readonly choice: components["schemas"]["Choice"];
            /** @description The data types that it is about; absent or null: all. */
            readonly types?: readonly string[] | null;
            readonly evidence: components["schemas"]["Evidence"];
        };
        readonly RecordChoiceReply: {
            readonly subject: components["schemas"]["SubjectId"];
            readonly purpose: components["schemas"]["Purpose"];
            /** @description What was chosen. */
            readonly choice: string;
            /** @description Its number in the person’s history. */
            readonly number: number;
            /**
             * Format: date-time
             * @description From then on it holds, UTC.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly at: string;
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
            readonly label?: components["schemas"]["Label"];
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
        readonly RedeemGrantCodeBody: {
            /**
             * @description As the person said it; blanks, dashes and capitals do not matter.
             * @example 7KQ2-M9XD
             */
            readonly code: string;
        };
        /**
         * @description The app’s own name for a subject, such as a customer number. Kept as a MAC only. Without spaces at its ends, two in a row or of another kind than the ASCII one, without what nobody sees, and without full-width and other compatibility forms.
         * @example cust_42
         */
        readonly Ref: string;
        readonly RefuseApprovalBody: {
            readonly reason?: components["schemas"]["Reason"];
        };
        readonly RemoveHookReply: {
            readonly hook: components["schemas"]["HookId"];
            /**
             * Format: date-time
             * @description Since when it is told nothing, UTC.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly removedAt: string;
        };
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
        readonly RestrictSubjectBody: {
            /** @description The only purposes left, such as legal claims (GDPR Art. 18(2)); absent: none. */
            readonly except?: readonly components["schemas"]["Purpose"][];
            readonly evidence: components["schemas"]["Evidence"];
        };
        /** @description Whether data of a person is restricted. */
        readonly RestrictionState: {
            readonly subject: components["schemas"]["SubjectId"];
            /** @description Whether a restriction stands now. */
            readonly restricted: boolean;
            /** @description The only purposes left. */
            readonly except?: readonly components["schemas"]["Purpose"][];
            /** @description Its number in the person’s history. */
            readonly number: number;
            /**
             * Format: date-time
             * @description From then on it holds, UTC.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly at: string;
        };
        /** @description Whether an equal value, of the same type, subject, audience and format, gets the token it had before. Equal is what search finds (cards of one number); the value that was stored first stays. Asks as a search does: for a `purpose`, and within the budget of guesses. */
        readonly Reuse: boolean;
        /** @description The answer for one token: its value, or why there is none. */
        readonly Revealed: components["schemas"]["RevealedText"] | components["schemas"]["RevealedName"] | components["schemas"]["RevealedAddress"] | components["schemas"]["RevealedPostalCode"] | components["schemas"]["RevealedCard"] | components["schemas"]["RevealedBankAccount"] | components["schemas"]["RevealedNationalId"] | components["schemas"]["RevealedJson"] | components["schemas"]["NotRevealed"];
        /** @description A value of the data type `address`. */
        readonly RevealedAddress: {
            readonly token: components["schemas"]["Token"];
            /**
             * @description What `value` is.
             * @enum {string}
             */
            readonly form: "address";
            /**
             * @description Name of a data type.
             * @example email
             */
            readonly type: string;
            /** @description The view that `value` is. */
            readonly view: components["schemas"]["View"];
            /** @description The value, as far as `view` shows it. */
            readonly value: components["schemas"]["AddressValue"];
        };
        /** @description A value of the data type `bank_account`. */
        readonly RevealedBankAccount: {
            readonly token: components["schemas"]["Token"];
            /**
             * @description What `value` is.
             * @enum {string}
             */
            readonly form: "bank_account";
            /**
             * @description Name of a data type.
             * @example email
             */
            readonly type: string;
            /** @description The view that `value` is. */
            readonly view: components["schemas"]["View"];
            /** @description The value, as far as `view` shows it. */
            readonly value: components["schemas"]["BankAccountValue"];
        };
        /** @description A value of the data type `card`. */
        readonly RevealedCard: {
            readonly token: components["schemas"]["Token"];
            /**
             * @description What `value` is.
             * @enum {string}
             */
            readonly form: "card";
            /**
             * @description Name of a data type.
             * @example email
             */
            readonly type: string;
            /** @description The view that `value` is. */
            readonly view: components["schemas"]["View"];
            /** @description The value, as far as `view` shows it. */
            readonly value: components["schemas"]["CardValue"];
        };
        /** @description JSON that only the app knows: a document, or a part of one. */
        readonly RevealedJson: {
            readonly token: components["schemas"]["Token"];
            /**
             * @description What `value` is.
             * @enum {string}
             */
            readonly form: "json";
            /**
             * @description Name of a data type.
             * @example email
             */
            readonly type: string;
            /** @description The view that `value` is. */
            readonly view: components["schemas"]["View"];
            /** @description The value, as far as `view` shows it. */
            readonly value: unknown;
        };
        /** @description A value of the data type `name`. */
        readonly RevealedName: {
            readonly token: components["schemas"]["Token"];
            /**
             * @description What `value` is.
             * @enum {string}
             */
            readonly form: "name";
            /**
             * @description Name of a data type.
             * @example email
             */
            readonly type: string;
            /** @description The view that `value` is. */
            readonly view: components["schemas"]["View"];
            /** @description The value, as far as `view` shows it. */
            readonly value: components["schemas"]["NameValue"];
        };
        /** @description A value of the data type `national_id`. */
        readonly RevealedNationalId: {
            readonly token: components["schemas"]["Token"];
            /**
             * @description What `value` is.
             * @enum {string}
             */
            readonly form: "national_id";
            /**
             * @description Name of a data type.
             * @example email
             */
            readonly type: string;
            /** @description The view that `value` is. */
            readonly view: components["schemas"]["View"];
            /** @description The value, as far as `view` shows it. */
            readonly value: components["schemas"]["NationalIdValue"];
        };
        /** @description A value of the data type `postal_code`. */
        readonly RevealedPostalCode: {
            readonly token: components["schemas"]["Token"];
            /**
             * @description What `value` is.
             * @enum {string}
             */
            readonly form: "postal_code";
            /**
             * @description Name of a data type.
             * @example email
             */
            readonly type: string;
            /** @description The view that `value` is. */
            readonly view: components["schemas"]["View"];
            /** @description The value, as far as `view` shows it. */
            readonly value: components["schemas"]["PostalCodeValue"];
        };
        /** @description Text: the value itself, or what a narrower view shows of it. */
        readonly RevealedText: {
            readonly token: components["schemas"]["Token"];
            /**
             * @description What `value` is.
             * @enum {string}
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
         * @description What a principal may do: a role of the house, or of the tenant’s own.
         * @example app
         */
        readonly Role: string;
        /** @description All that a role allows. What is in no cell is refused. */
        readonly RoleCells: {
            readonly role: components["schemas"]["Role"];
            /** @description What it allows. */
            readonly cells: readonly components["schemas"]["AccessCell"][];
        };
        /** @description What a change of a role does, or would do. */
        readonly RoleChange: {
            readonly role: components["schemas"]["Role"];
            /**
             * @description The version that stands, or would be made.
             * @example 2
             */
            readonly version: number;
            /** @description Whether the rules or the description differ from those that stood. */
            readonly changed: boolean;
            /** @description What the change allows, or allows more often. */
            readonly opened: readonly components["schemas"]["AccessCell"][];
            /** @description What it no longer allows, or less often. */
            readonly closed: readonly components["schemas"]["AccessCell"][];
            /** @description The principals in force whom it concerns. */
            readonly principals: readonly components["schemas"]["PrincipalId"][];
            /** @description Only in a preview of rules that change. */
            readonly replayed?: components["schemas"]["RoleReplayed"];
        };
        /** @description What would have come of the last 30 days’ calls. */
        readonly RoleReplayed: {
            /**
             * Format: date-time
             * @description From when on the log was looked at, UTC.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly since: string;
            /** @description How many entries of those principals were looked at. */
            readonly entries: number;
            /** @description Whether those were all; otherwise the newest. */
            readonly complete: boolean;
            /** @description Values that were shown, and would be refused. */
            readonly closed: number;
            /** @description Values that were refused, and would be shown. */
            readonly opened: number;
            /** @description Values that were shown, and would be in another view. */
            readonly otherView: number;
            /** @description Values of which that depends on what the log does not tell. */
            readonly untold: number;
        };
        /** @description A role with its rules. A role of the house has no versions. */
        readonly RoleRules: {
            readonly role: components["schemas"]["Role"];
            /** @description Whether it is a role of the house: it can be copied, not changed. */
            readonly builtIn: boolean;
            /**
             * @description What the role is for. It stands in lists and is not sealed: no name of a person.
             * @example The help desk: masked, with a ticket.
             */
            readonly description: string;
            /** @description What no rule allows is refused. */
            readonly rules: readonly components["schemas"]["StandingRule"][];
            /**
             * @description Grows with each change.
             * @example 2
             */
            readonly version?: number;
            /**
             * Format: date-time
             * @description When this version was made, UTC.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly changedAt?: string;
            /** @description Who made it. */
            readonly changedBy?: components["schemas"]["PrincipalId"];
            /** @description Its row was altered or damaged: it allows nothing, and its rules are left out. */
            readonly damaged?: boolean;
        };
        /** @description A version that is no longer in force. */
        readonly RoleVersion: {
            /**
             * @description Grows with each change.
             * @example 2
             */
            readonly version: number;
            /**
             * Format: date-time
             * @description When this version was made, UTC.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly changedAt: string;
            /** @description Who made it. */
            readonly changedBy: components["schemas"]["PrincipalId"];
            /**
             * @description What the role is for. It stands in lists and is not sealed: no name of a person.
             * @example The help desk: masked, with a ticket.
             */
            readonly description: string;
            /** @description What no rule allows is refused. */
            readonly rules: readonly components["schemas"]["StandingRule"][];
        };
        /** @description A place outside the databases that keeps the secrets of epochs. */
        readonly RootSlot: {
            /**
             * @description The root slot’s name.
             * @example file
             */
            readonly name: string;
            /** @description What kind of place it is: `file`, `pkcs11` or `transit`; more may come. */
            readonly kind: string;
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
            /**
             * Format: date-time
             * @description When the new API key stops working; null: never; absent: when the one in use was to, or, if it has no end, as for a new principal.
             * @example 2026-11-22T12:00:00.000Z
             */
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
        readonly RotateHookBody: {
            /**
             * @description How long messages are signed with the secret of before, too. 0 ends it at once, as after a leak.
             * @default 86400
             * @example 86400
             */
            readonly overlapSeconds: number;
        };
        readonly RotateHookReply: {
            readonly hook: components["schemas"]["HookId"];
            /** @description The new secret. Shown this once. */
            readonly secret: string;
            /**
             * Format: date-time
             * @description Until when messages carry the earlier signature, too.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly earlierSecretUntil?: string;
        };
        /** @description What to rotate: an index key, or, where nothing is named, the epoch. */
        readonly RotateKeysBody: {
            /**
             * @description Replace the key of this index, a data type or a part of one; absent: close the epoch.
             * @example email
             */
            readonly index?: string;
        };
        /** @description What is allowed or denied, of what, how far, for what, and when. */
        readonly Rule: {
            readonly effect: components["schemas"]["Effect"];
            /**
             * @description What is done; the words of the audit log.
             * @example [
             *       "detokenize"
             *     ]
             */
            readonly actions: readonly components["schemas"]["Action"][];
            /**
             * @description The data types that it reaches; without `types` and `categories`: all.
             * @example [
             *       "email"
             *     ]
             */
            readonly types?: readonly string[];
            /**
             * @description The categories of data types that it reaches, besides `types`.
             * @example [
             *       "contact"
             *     ]
             */
            readonly categories?: readonly string[];
            /**
             * @description For what shows values: the views that it allows, or denies. `narrow` stands for every view of a type besides `plain` and `masked`. Who is denied a view is denied `plain`, too.
             * @example [
             *       "masked",
             *       "narrow"
             *     ]
             */
            readonly views?: readonly components["schemas"]["View"][];
            /**
             * @description The stated purposes for which it holds; absent: all.
             * @example [
             *       "support"
             *     ]
             */
            readonly purposes?: readonly components["schemas"]["Purpose"][];
            /**
             * @description Whose values or records: `granted`, those of whom the caller has a grant, as far as it goes; `self`, the person whose session it is; `any` or absent: everybody’s.
             * @example granted
             */
            readonly subjects?: components["schemas"]["Subjects"];
            readonly grant?: components["schemas"]["GrantTerms"];
            readonly when?: components["schemas"]["Conditions"];
        };
        /** @description A rule of the role that speaks of the action. */
        readonly RuleFound: {
            /** @description Its place in the role, from 1; 0: what every API key may do. */
            readonly rule: number;
            readonly effect: components["schemas"]["Effect"];
            /** @description Whether it counts: an allowance that matches, a denial that may. */
            readonly counts: boolean;
            /** @description The conditions that do not hold. */
            readonly unmet: readonly string[];
            /** @description Those that cannot be told from what is known. */
            readonly untold: readonly string[];
        };
        /** @description What to search for, and why. */
        readonly Search: components["schemas"]["EmailSearch"] | components["schemas"]["PhoneSearch"] | components["schemas"]["NameSearch"] | components["schemas"]["AddressSearch"] | components["schemas"]["PostalCodeSearch"] | components["schemas"]["CardSearch"] | components["schemas"]["IbanSearch"] | components["schemas"]["BankAccountSearch"] | components["schemas"]["DateOfBirthSearch"] | components["schemas"]["NationalIdSearch"] | components["schemas"]["UsernameSearch"] | components["schemas"]["IpSearch"] | components["schemas"]["CookieIdSearch"] | components["schemas"]["SerialNumberSearch"] | components["schemas"]["OwnTypeSearch"];
        /** @description A part of a value, or a combination of parts, by which values are found. */
        readonly SearchPart: {
            /** @description The word by which a search names the part. */
            readonly name: string;
            /** @description What is looked for. */
            readonly description: string;
            /** @description `unique`: nearly everybody has another; `shared`: many have the same; `none`: not searchable. */
            readonly spread: string;
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
        /**
         * @description The `next` of the page before.
         * @example …
         */
        readonly SearchPlace: string;
        readonly SearchReply: {
            /** @description In the order the values were stored. */
            readonly results: readonly components["schemas"]["Found"][];
            /**
             * @description Where the next page begins: send it as `after`. Absent on the last page; a page before it may hold nothing.
             * @example …
             */
            readonly next?: string;
        };
        /**
         * @description A value of the data type `search_terms`, as it is sent.
         * @example quiet dishwasher under 45 cm
         */
        readonly SearchTermsInput: string;
        /** @description A value of the data type `search_terms` to store. */
        readonly SearchTermsItem: {
            /**
             * @description The data type.
             * @enum {string}
             */
            readonly type: "search_terms";
            readonly value: components["schemas"]["SearchTermsInput"];
            readonly country?: components["schemas"]["Country"];
            /** @description The person: the app’s ref, or a subject id (`sub_…`). Not from a caller that is tied to an audience. */
            readonly subject?: components["schemas"]["Ref"];
            readonly label?: components["schemas"]["Label"];
            readonly format?: components["schemas"]["TokenFormat"];
            readonly audience?: components["schemas"]["Audience"];
            readonly ttlSeconds?: components["schemas"]["TtlSeconds"];
            readonly uses?: components["schemas"]["Uses"];
            readonly reuse?: components["schemas"]["Reuse"];
            readonly token?: components["schemas"]["ForeignToken"];
        };
        /** @description What a value of the data type `serial_number` must equal. */
        readonly SerialNumberCriterion: {
            /**
             * @description The data type.
             * @enum {string}
             */
            readonly type: "serial_number";
            readonly part?: components["schemas"]["Part"];
            readonly country?: components["schemas"]["Country"];
            /** @description What is searched for: a value, or what the part takes. */
            readonly value: components["schemas"]["SerialNumberInput"];
        };
        /**
         * @description A value of the data type `serial_number`, as it is sent.
         * @example SN-4410 2278XY
         */
        readonly SerialNumberInput: string;
        /** @description A value of the data type `serial_number` to store. */
        readonly SerialNumberItem: {
            /**
             * @description The data type.
             * @enum {string}
             */
            readonly type: "serial_number";
            readonly value: components["schemas"]["SerialNumberInput"];
            readonly country?: components["schemas"]["Country"];
            /** @description The person: the app’s ref, or a subject id (`sub_…`). Not from a caller that is tied to an audience. */
            readonly subject?: components["schemas"]["Ref"];
            readonly label?: components["schemas"]["Label"];
            readonly format?: components["schemas"]["TokenFormat"];
            readonly audience?: components["schemas"]["Audience"];
            readonly ttlSeconds?: components["schemas"]["TtlSeconds"];
            readonly uses?: components["schemas"]["Uses"];
            readonly reuse?: components["schemas"]["Reuse"];
            readonly token?: components["schemas"]["ForeignToken"];
        };
        /** @description What a value of the data type `serial_number` must equal. */
        readonly SerialNumberSearch: {
            /**
             * @description The data type.
             * @enum {string}
             */
            readonly type: "serial_number";
            readonly part?: components["schemas"]["Part"];
            readonly country?: components["schemas"]["Country"];
            /** @description What is searched for: a value, or what the part takes. */
            readonly value: components["schemas"]["SerialNumberInput"];
            readonly and?: components["schemas"]["Further"];
            readonly purpose: components["schemas"]["Purpose"];
            readonly reason?: components["schemas"]["Reason"];
            readonly ticket?: components["schemas"]["Ticket"];
            readonly after?: components["schemas"]["SearchPlace"];
            /** @description How many results a page holds at most; absent: 100. */
            readonly limit?: number;
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
        /**
         * @description `sometimes`: it depends on the reason, ticket, network or hour of the call.
         * @enum {string}
         */
        readonly Sight: "always" | "sometimes";
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
            readonly value: string;
        };
        /** @description A root slot in force, and how it is. */
        readonly SlotCheck: {
            /**
             * @description The root slot’s name.
             * @example file
             */
            readonly name: string;
            /** @description What kind of place it is: `file`, `pkcs11` or `transit`; more may come. */
            readonly kind: string;
            /** @description Whether no epoch begins without it. */
            readonly required: boolean;
            /** @description What kind of promise stands behind its deletions: `overwritten`, `hardware` or `service`. */
            readonly tier: string;
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
         * @description How values are searched: `unique` and `shared` make an index, `none` makes none.
         * @default none
         * @enum {string}
         */
        readonly Spread: "unique" | "shared" | "none";
        /** @description What a person has said of a purpose, as it stands. */
        readonly StandingChoice: {
            readonly purpose: components["schemas"]["Purpose"];
            /** @description What the person may choose; empty: the purpose asks nobody. */
            readonly takes: readonly string[];
            /** @description For all types; absent: the person has said nothing. */
            readonly choice?: string;
            /** @description What was said of single types. */
            readonly types?: {
                readonly [key: string]: string;
            };
            /** @description Whether values of every type may be used for the purpose. */
            readonly usable: boolean;
        };
        /** @description What must hold of a call besides. All that are named must hold. */
        readonly StandingConditions: {
            /** @description The call states a reason. It is true, or not there. */
            readonly reason?: boolean;
            /**
             * @description The call names a ticket of this shape: `#` a digit, `@` a capital letter, `+` once or more.
             * @example HELP-######
             */
            readonly ticket?: string;
            /**
             * @description The call comes from one of these networks.
             * @example [
             *       "10.0.0.0/8"
             *     ]
             */
            readonly networks?: readonly string[];
            /** @description The call comes within these hours. */
            readonly hours?: components["schemas"]["StandingHours"];
        };
        /** @description What may be ordered by a rule for `order_grant`. */
        readonly StandingGrantTerms: {
            /**
             * @description For how long at most.
             * @example 60
             */
            readonly minutes: number;
            /** @description Who must agree. */
            readonly approval: string;
            /**
             * @description With `afterwards`: within how many hours it is to be reviewed.
             * @example 24
             */
            readonly reviewHours?: number;
        };
        /** @description Hours of the day in a time zone. */
        readonly StandingHours: {
            /**
             * @description A time zone of the IANA list.
             * @example Europe/Vienna
             */
            readonly zone: string;
            /** @description The days on which such hours begin; absent: all. */
            readonly days?: readonly components["schemas"]["Weekday"][];
            /**
             * @description From then on, in the time of the zone.
             * @example 08:00
             */
            readonly from: string;
            /**
             * @description Until then. Earlier than `from`: of the day after.
             * @example 18:00
             */
            readonly to: string;
        };
        /** @description What is allowed or denied, of what, how far, for what, and when. */
        readonly StandingRule: {
            readonly effect: components["schemas"]["Effect"];
            /**
             * @description What is done; the words of the audit log.
             * @example [
             *       "detokenize"
             *     ]
             */
            readonly actions: readonly string[];
            /**
             * @description The data types that it reaches; without `types` and `categories`: all.
             * @example [
             *       "email"
             *     ]
             */
            readonly types?: readonly string[];
            /**
             * @description The categories of data types that it reaches, besides `types`.
             * @example [
             *       "contact"
             *     ]
             */
            readonly categories?: readonly string[];
            /**
             * @description For what shows values: the views that it allows, or denies. `narrow` stands for every view of a type besides `plain` and `masked`. Who is denied a view is denied `plain`, too.
             * @example [
             *       "masked",
             *       "narrow"
             *     ]
             */
            readonly views?: readonly components["schemas"]["View"][];
            /**
             * @description The stated purposes for which it holds; absent: all.
             * @example [
             *       "support"
             *     ]
             */
            readonly purposes?: readonly components["schemas"]["Purpose"][];
            /**
             * @description Whose values or records: `granted`, those of whom the caller has a grant, as far as it goes; `self`, the person whose session it is; `any` or absent: everybody’s.
             * @example granted
             */
            readonly subjects?: string;
            readonly grant?: components["schemas"]["StandingGrantTerms"];
            readonly when?: components["schemas"]["StandingConditions"];
        };
        /**
         * @description One of the two stores.
         * @enum {string}
         */
        readonly StoreName: "records" | "keys";
        /**
         * @description The person the data is about.
         * @example sub_01m81j18g0ewqr325zy4z929z5
         */
        readonly SubjectId: string;
        /**
         * @description Whose values or records a rule reaches.
         * @enum {string}
         */
        readonly Subjects: "any" | "granted" | "self";
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
             * @description Since when every call of it is refused; absent: it works.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly suspendedAt?: string;
            /**
             * Format: date-time
             * @description Since when nothing of it opens; absent: it lives.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly erasedAt?: string;
        };
        /**
         * @description A division of the vault.
         * @example ten_1fz07q9k3c
         */
        readonly TenantId: string;
        readonly TestHookReply: {
            readonly hook: components["schemas"]["HookId"];
            readonly event: components["schemas"]["EventId"];
        };
        /**
         * @description A value of the data type `text`, as it is sent.
         * @example Prefers to be called in the afternoon.
         */
        readonly TextInput: string;
        /** @description A value of the data type `text` to store. */
        readonly TextItem: {
            /**
             * @description The data type.
             * @enum {string}
             */
            readonly type: "text";
            readonly value: components["schemas"]["TextInput"];
            readonly country?: components["schemas"]["Country"];
            /** @description The person: the app’s ref, or a subject id (`sub_…`). Not from a caller that is tied to an audience. */
            readonly subject?: components["schemas"]["Ref"];
            readonly label?: components["schemas"]["Label"];
            readonly format?: components["schemas"]["TokenFormat"];
            readonly audience?: components["schemas"]["Audience"];
            readonly ttlSeconds?: components["schemas"]["TtlSeconds"];
            readonly uses?: components["schemas"]["Uses"];
            readonly reuse?: components["schemas"]["Reuse"];
            readonly token?: components["schemas"]["ForeignToken"];
        };
        /**
         * @description The case that the call belongs to. Kept as a MAC only, as a reason is.
         * @example HELP-004711
         */
        readonly Ticket: string;
        /**
         * @description What an app stores in place of the value.
         * @example tok_zf5jjpn14gm6hfwqd6wnx5xtezs9cnyh
         */
        readonly Token: string;
        /** @description What a token stands for, without its value. */
        readonly TokenDescription: {
            readonly token: components["schemas"]["Token"];
            /**
             * @description What it looks like, a format of tokens; `foreign`: it was brought along from another vault.
             * @example random
             */
            readonly format: string;
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
            readonly label?: components["schemas"]["Label"];
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
             * @description What it looks like, a format of tokens; `foreign`: it was brought along from another vault.
             * @example random
             */
            readonly format: string;
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
            /** @description Whether it can be used (`live`), or why not (`expired`, `used_up`, `revoked`); one that has ended is listed until it is swept. */
            readonly state: string;
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
        readonly TokenizeItem: components["schemas"]["EmailItem"] | components["schemas"]["PhoneItem"] | components["schemas"]["NameItem"] | components["schemas"]["AddressItem"] | components["schemas"]["PostalCodeItem"] | components["schemas"]["CardItem"] | components["schemas"]["CvcItem"] | components["schemas"]["IbanItem"] | components["schemas"]["BankAccountItem"] | components["schemas"]["DateOfBirthItem"] | components["schemas"]["NationalIdItem"] | components["schemas"]["UsernameItem"] | components["schemas"]["PasswordItem"] | components["schemas"]["IpItem"] | components["schemas"]["UserAgentItem"] | components["schemas"]["CookieIdItem"] | components["schemas"]["SearchTermsItem"] | components["schemas"]["SerialNumberItem"] | components["schemas"]["DocumentItem"] | components["schemas"]["TextItem"] | components["schemas"]["OwnTypeItem"];
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
            readonly masked: string;
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
        /**
         * @description For how long the token can be used, from now.
         * @example 3600
         */
        readonly TtlSeconds: number;
        /** @description One share. It is kept nowhere. */
        readonly UnsealBody: {
            /**
             * @description A share of the root key.
             * @example LETHE1-EXAMPLE
             */
            readonly share: string;
        };
        /** @description How many shares are still missing. */
        readonly UnsealProgress: {
            /** @description Whether the vault still waits for shares. */
            readonly sealed: boolean;
            /** @description How many it has been given. */
            readonly given: number;
            /** @description How many it needs. */
            readonly needed: number;
        };
        readonly UnsubscribeBody: {
            /** @description What stood behind the URL. */
            readonly link: string;
        };
        /** @description A person’s link. */
        readonly UnsubscribeLink: {
            readonly subject: components["schemas"]["SubjectId"];
            /** @description What stands behind the URL. It tells nothing. */
            readonly link: string;
            /** @description The value of the header `List-Unsubscribe`. */
            readonly listUnsubscribe: string;
        };
        readonly UnsubscribeReply: {
            readonly purpose: components["schemas"]["Purpose"];
            /**
             * Format: date-time
             * @description From then on it holds, UTC.
             * @example 2026-11-22T12:00:00.000Z
             */
            readonly at: string;
        };
        /**
         * @description A value of the data type `user_agent`, as it is sent.
         * @example Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0
         */
        readonly UserAgentInput: string;
        /** @description A value of the data type `user_agent` to store. */
        readonly UserAgentItem: {
            /**
             * @description The data type.
             * @enum {string}
             */
            readonly type: "user_agent";
            readonly value: components["schemas"]["UserAgentInput"];
            readonly country?: components["schemas"]["Country"];
            /** @description The person: the app’s ref, or a subject id (`sub_…`). Not from a caller that is tied to an audience. */
            readonly subject?: components["schemas"]["Ref"];
            readonly label?: components["schemas"]["Label"];
            readonly format?: components["schemas"]["TokenFormat"];
            readonly audience?: components["schemas"]["Audience"];
            readonly ttlSeconds?: components["schemas"]["TtlSeconds"];
            readonly uses?: components["schemas"]["Uses"];
            readonly reuse?: components["schemas"]["Reuse"];
            readonly token?: components["schemas"]["ForeignToken"];
        };
        /** @description What a value of the data type `username` must equal. */
        readonly UsernameCriterion: {
            /**
             * @description The data type.
             * @enum {string}
             */
            readonly type: "username";
            readonly part?: components["schemas"]["Part"];
            readonly country?: components["schemas"]["Country"];
            /** @description What is searched for: a value, or what the part takes. */
            readonly value: components["schemas"]["UsernameInput"];
        };
        /**
         * @description A value of the data type `username`, as it is sent.
         * @example jane.doe
         */
        readonly UsernameInput: string;
        /** @description A value of the data type `username` to store. */
        readonly UsernameItem: {
            /**
             * @description The data type.
             * @enum {string}
             */
            readonly type: "username";
            readonly value: components["schemas"]["UsernameInput"];
            readonly country?: components["schemas"]["Country"];
            /** @description The person: the app’s ref, or a subject id (`sub_…`). Not from a caller that is tied to an audience. */
            readonly subject?: components["schemas"]["Ref"];
            readonly label?: components["schemas"]["Label"];
            readonly format?: components["schemas"]["TokenFormat"];
            readonly audience?: components["schemas"]["Audience"];
            readonly ttlSeconds?: components["schemas"]["TtlSeconds"];
            readonly uses?: components["schemas"]["Uses"];
            readonly reuse?: components["schemas"]["Reuse"];
            readonly token?: components["schemas"]["ForeignToken"];
        };
        /** @description What a value of the data type `username` must equal. */
        readonly UsernameSearch: {
            /**
             * @description The data type.
             * @enum {string}
             */
            readonly type: "username";
            readonly part?: components["schemas"]["Part"];
            readonly country?: components["schemas"]["Country"];
            /** @description What is searched for: a value, or what the part takes. */
            readonly value: components["schemas"]["UsernameInput"];
            readonly and?: components["schemas"]["Further"];
            readonly purpose: components["schemas"]["Purpose"];
            readonly reason?: components["schemas"]["Reason"];
            readonly ticket?: components["schemas"]["Ticket"];
            readonly after?: components["schemas"]["SearchPlace"];
            /** @description How many results a page holds at most; absent: 100. */
            readonly limit?: number;
        };
        /**
         * @description How often the token can be exchanged: each reveal takes one, of a masked view, too.
         * @example 1
         */
        readonly Uses: number;
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
            /** @description The app’s word for it; needed where the person has several of that type. */
            readonly label?: components["schemas"]["Label"];
            readonly value: components["schemas"]["PasswordAttempt"];
            readonly purpose: components["schemas"]["Purpose"];
            readonly reason?: components["schemas"]["Reason"];
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
            /** @description The app’s word for it; needed where the person has several of that type. */
            readonly label?: components["schemas"]["Label"];
            readonly value: components["schemas"]["PasswordAttempt"];
            readonly purpose: components["schemas"]["Purpose"];
            readonly reason?: components["schemas"]["Reason"];
        };
        /** @description Against the value that a token stands for. */
        readonly VerifyToken: {
            readonly token: components["schemas"]["Token"];
            readonly value: components["schemas"]["PasswordAttempt"];
        };
        /**
         * @description How much to show: `plain`, `masked`, or a narrower view of the data type.
         * @example masked
         */
        readonly View: string;
        /**
         * @description A day of the week.
         * @enum {string}
         */
        readonly Weekday: "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun";
        /** @description Four digits, as a number or as text. */
        readonly YearInput: number | string;
    };
    responses: {
        /** @description - `approval_needed`: This takes a second person, and waits for approval. Nothing has been done. */
        readonly Waiting: {
            headers: {
                readonly "X-Request-Id": components["headers"]["RequestId"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description - `malformed_request`: The body is not the JSON, or a header not the text, that it should be. */
        readonly Malformed: {
            headers: {
                readonly "X-Request-Id": components["headers"]["RequestId"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description - `unauthenticated`: The API key is missing, unknown, expired, revoked or bound to another network. */
        readonly Unauthenticated: {
            headers: {
                readonly "X-Request-Id": components["headers"]["RequestId"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description - `not_allowed`: The caller’s role does not allow this.
         *     - `tenant_suspended`: The caller’s tenant is suspended.
         *     - `purpose_not_allowed`: The stated purpose is not one of the caller’s.
         *     - `consent_missing`: The person has not consented to the purpose, or no longer does.
         *     - `objected`: The person has objected to the purpose.
         *     - `restricted`: The person’s data is restricted to other purposes.
         *     - `never_revealed`: Values of this data type are verified, never shown.
         *     - `own_approval`: Nobody approves what they have asked for themselves.
         *     - `not_own_approval`: Only who has asked for it withdraws it.
         */
        readonly Refused: {
            headers: {
                readonly "X-Request-Id": components["headers"]["RequestId"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description - `route_not_found`: There is nothing at this path.
         *     - `token_not_found`: No such token, or it is another tenant’s.
         *     - `record_not_found`: No such record, or it is another tenant’s.
         *     - `subject_not_found`: No such subject, or it is another tenant’s.
         *     - `erasure_not_found`: No such erasure, or it is another tenant’s.
         *     - `job_not_found`: No such job, or it is another tenant’s.
         *     - `tenant_not_found`: No such tenant.
         *     - `epoch_not_found`: No such epoch.
         *     - `node_not_found`: No node has this name.
         *     - `slot_not_found`: No root slot has this name.
         *     - `principal_not_found`: No such principal, or it is another tenant’s.
         *     - `role_not_found`: The tenant has no role of this name.
         *     - `purpose_not_found`: No purpose of this word was ever declared.
         *     - `link_not_found`: This is no unsubscribe link, or another tenant’s.
         *     - `api_key_not_found`: The principal has no API key of this id.
         *     - `approval_not_found`: No such approval, or it is another’s.
         *     - `grant_not_found`: No such grant, or it is another tenant’s, or somebody else’s.
         *     - `code_not_found`: No such code, or it was used, or its time is over.
         *     - `hook_not_found`: No such hook, or it is another tenant’s.
         */
        readonly NotFound: {
            headers: {
                readonly "X-Request-Id": components["headers"]["RequestId"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description - `method_not_allowed`: The path does not take this method. */
        readonly UnsupportedMethod: {
            headers: {
                readonly "X-Request-Id": components["headers"]["RequestId"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description - `concurrent_change`: Another call changed the same record; read it again, then repeat.
         *     - `value_not_unique`: Another record has an equal value, and the data type takes none twice.
         *     - `lease_lost`: Another process has taken over this work.
         *     - `epoch_not_ended`: The epoch is in use; close it first.
         *     - `api_key_already_shown`: A repeated call; the API key was shown once, the first time.
         *     - `own_principal`: A principal cannot revoke or change itself, end the API key it calls with, or make one that lasts longer.
         *     - `built_in_role`: A role of the house can be copied, not changed or ended.
         *     - `own_role`: A principal cannot change or end the role it has itself.
         *     - `role_in_use`: Principals in force have the role.
         *     - `role_changed`: The role has another version than the caller says.
         *     - `too_many_approvals`: In this tenant 100 requests wait for approval.
         *     - `approval_ended`: The approval was used, refused or withdrawn, or has expired.
         *     - `too_many_roles`: The tenant has 100 roles, or the role 1,000 versions.
         *     - `rolling_over`: Two API keys of the principal work already; end one first.
         *     - `api_key_ended`: The principal has no API key that works; give it another.
         *     - `type_base_fixed`: A type keeps the base it was first declared with.
         *     - `backup_not_configured`: The server has no folder for these copies.
         *     - `drill_needs_command`: A drill of stores on PostgreSQL is run by the command, on a machine that has empty databases for it.
         *     - `too_many_jobs`: The tenant has as many unfinished long jobs as there may be.
         *     - `too_many_types`: The tenant has as many types of its own as there may be.
         *     - `too_many_versions`: The type has as many versions as there may be.
         *     - `purpose_in_use`: A principal has the purpose; take it from all of them first.
         *     - `choice_not_taken`: The purpose does not take this choice, by its legal basis.
         *     - `not_restricted`: The person’s data is not restricted.
         *     - `too_many_purposes`: The tenant has as many purposes as there may be.
         *     - `too_many_hooks`: The tenant has as many hooks as there may be.
         *     - `hook_paused`: The hook is paused: it is told nothing; resume it first.
         *     - `hook_secret_replaced`: A repeated call; the secret it showed the first time has been replaced since.
         *     - `tenant_exists`: A tenant of this name exists.
         *     - `tenant_needed`: The first tenant cannot be suspended.
         *     - `first_tenant`: The first tenant cannot be erased.
         *     - `unfit_root_key`: The root key brought cannot replace the one there is.
         *     - `share_repeated`: The share was given already; those of other people are needed.
         *     - `shares_disagree`: The shares do not make the root key of this vault; all are forgotten.
         *     - `already_exists`: What should be added is there already.
         *     - `node_alive`: A process of the node is alive; it is not given up.
         *     - `slot_exists`: A root slot of this name or at this place is there, or was.
         *     - `slot_needed`: Without this root slot a secret in use would be in no required slot.
         *     - `slot_unfit`: The root slot did not hold, give back and destroy what it was tried out with.
         *     - `token_taken`: The token brought along stands for something already, or did.
         *     - `token_outdated`: A live token shows of the value what would no longer be so; end it first.
         *     - `own_grant`: Nobody approves or reviews a grant of their own.
         *     - `grant_not_open`: The grant is not waiting for this, or is over.
         *     - `already_approved`: The same principal, or another of the same role, has agreed already.
         *     - `grant_lapsed`: The grant may no longer be ordered, or an earlier approval no longer counts.
         *     - `review_overdue`: Earlier break-glass was not reviewed in time.
         *     - `too_many_grants`: The principal, or the tenant, has too many open grants.
         */
        readonly Conflict: {
            headers: {
                readonly "X-Request-Id": components["headers"]["RequestId"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description - `principal_revoked`: The principal was revoked.
         *     - `token_expired`: The token has expired.
         *     - `token_used_up`: The token has been used as often as it may be.
         *     - `token_revoked`: The token was revoked.
         *     - `record_erased`: The value was erased.
         *     - `record_superseded`: The record store was put back to before the value was corrected. Erase the record, store the value again.
         *     - `subject_erased`: The subject was erased.
         *     - `tenant_erased`: The tenant was erased.
         */
        readonly Gone: {
            headers: {
                readonly "X-Request-Id": components["headers"]["RequestId"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description - `body_too_large`: The body is larger than 1 MiB (a share: 4 KiB). */
        readonly TooLarge: {
            headers: {
                readonly "X-Request-Id": components["headers"]["RequestId"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description - `unsupported_media_type`: The body must be application/json, in UTF-8, uncompressed. */
        readonly UnsupportedMediaType: {
            headers: {
                readonly "X-Request-Id": components["headers"]["RequestId"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description - `invalid_request`: A property is missing, unknown, or of the wrong shape; see `field`.
         *     - `invalid_value`: The data type does not accept the value; see `field`.
         *     - `unknown_index`: The tenant has no index of this name.
         *     - `index_not_rotatable`: The keys of the vault’s own MACs are not replaced.
         *     - `unknown_type`: No data type has this name.
         *     - `unknown_role`: Neither the house nor the tenant has such a role in force.
         *     - `invalid_role`: A rule of the role can come to nothing; see `field`.
         *     - `matrix_too_large`: All roles together allow too much to be told at once; name one.
         *     - `grant_in_vain`: No rule of the role shows such values under a grant.
         *     - `duties_conflict`: One role would have duties that must lie apart.
         *     - `unknown_keep`: The data type offers no such lesser form.
         *     - `invalid_network`: A network is none, or not the one that was meant.
         *     - `unknown_purpose`: No purpose of this word is declared, or it has ended.
         *     - `unique_not_offered`: Values of the data type cannot be unique.
         *     - `address_refused`: A hook may not lead to this address.
         *     - `invalid_definition`: The definition of a type contradicts itself; see `field`.
         *     - `low_entropy_index`: There are too few different values for an index of them.
         *     - `unknown_view`: The data type has no such view.
         *     - `not_searchable`: Values of this data type cannot be searched.
         *     - `unknown_part`: Values of this data type are not found, or compared, by that part.
         *     - `option_not_offered`: The data type does not offer that; see `field`.
         *     - `token_format_not_offered`: The data type, or this value, has no token of that format.
         *     - `invalid_token`: The token brought along may not stand for the value.
         *     - `invalid_share_count`: A root key is split by 2 ≤ threshold ≤ shares ≤ 255.
         *     - `share_typo`: No share as it was handed out: a character is wrong or missing.
         *     - `share_foreign`: A share of another vault, or of a set that was replaced.
         *     - `share_wrong`: Not the share that was handed out under its number.
         *     - `too_many_passwords`: More passwords in one call than it may bring; see `field`.
         *     - `idempotency_key_reused`: The Idempotency-Key was used with another request.
         *     - `not_confirmed`: What was to be confirmed is not what was named; see `field`.
         */
        readonly Invalid: {
            headers: {
                readonly "X-Request-Id": components["headers"]["RequestId"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description - `too_many_shares`: Too many shares were refused within a minute; a right one still counts.
         *     - `too_many_guesses`: The caller guessed wrong too often: at one person, record or value, or altogether. See Retry-After.
         */
        readonly TooMany: {
            headers: {
                readonly "X-Request-Id": components["headers"]["RequestId"];
                readonly "Retry-After": components["headers"]["RetryAfter"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description - `integrity_failure`: Stored data failed its integrity check; nothing of it is shown.
         *     - `store_corrupt`: A store reports that its own data is damaged; trying again does not help. The operator is needed.
         *     - `internal_error`: A defect in the vault; the request id finds it in the log.
         */
        readonly Failed: {
            headers: {
                readonly "X-Request-Id": components["headers"]["RequestId"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description - `store_unavailable`: A store cannot be reached or cannot write; try again later.
         *     - `timed_out`: The call took longer than a call may, and nothing of it has been kept; try again later.
         *     - `outcome_unknown`: The call may or may not have been done: a store did not confirm it in time. Repeat it under its Idempotency-Key; one without may then be done twice. An erasure that was done is completed.
         *     - `store_replaced`: A store was replaced while this node ran on it; the node has to be restarted.
         *     - `key_unavailable`: A key is not at hand; the security team is needed.
         *     - `store_went_back`: A store lacks what it had acknowledged; nothing is served until `npm run lethe -- recover` was run.
         *     - `journal_unavailable`: The journal cannot be written. What was ordered stands; call again until it is answered.
         *     - `shutting_down`: The vault is shutting down; try another node, or again.
         *     - `sealed`: The vault waits for shares of its root key; see `npm run lethe -- unseal`.
         *     - `unseal_failed`: The shares are right, but the vault did not open; the log says why.
         *     - `overloaded`: The vault has too much to do; try again later.
         */
        readonly Unavailable: {
            headers: {
                readonly "X-Request-Id": components["headers"]["RequestId"];
                readonly "Retry-After": components["headers"]["RetryAfter"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Any other problem, of a later version. */
        readonly Problem: {
            headers: {
                readonly "X-Request-Id": components["headers"]["RequestId"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: {
        /** @description Makes a repeated call safe: with the same key and the same request, within 24 hours, the work is done once and the answer is the same. Visible ASCII, such as a new random UUID for each call; not personal data. */
        readonly IdempotencyKey: string;
    };
    requestBodies: never;
    headers: {
        /** @description Id of the request, as in the log and the audit entry. */
        readonly RequestId: string;
        /** @description How many seconds to wait before the next try. */
        readonly RetryAfter: number;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    readonly tokenize: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes a repeated call safe: with the same key and the same request, within 24 hours, the work is done once and the answer is the same. Visible ASCII, such as a new random UUID for each call; not personal data. */
                readonly "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
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
                readonly "application/json": components["schemas"]["Search"];
            };
        };
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["RequestId"];
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
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
                /** @description Makes a repeated call safe: with the same key and the same request, within 24 hours, the work is done once and the answer is the same. Visible ASCII, such as a new random UUID for each call; not personal data. */
                readonly "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["MintedToken"];
                };
            };
        };
    };
    readonly mintToken: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes a repeated call safe: with the same key and the same request, within 24 hours, the work is done once and the answer is the same. Visible ASCII, such as a new random UUID for each call; not personal data. */
                readonly "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["MintedToken"];
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
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
                /** @description Makes a repeated call safe: with the same key and the same request, within 24 hours, the work is done once and the answer is the same. Visible ASCII, such as a new random UUID for each call; not personal data. */
                readonly "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["GetSubjectReply"];
                };
            };
        };
    };
    readonly readChoiceHistory: {
        readonly parameters: {
            readonly query?: {
                /** @description The `next` of the page before. */
                readonly after?: number;
                /** @description How many a page holds at most. */
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path: {
                /** @description The person the data is about. */
                readonly subject: components["schemas"]["SubjectId"];
                /** @description Why the values are asked for: a word in lower case, such as `billing`. */
                readonly purpose: components["schemas"]["Purpose"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ReadChoiceHistoryReply"];
                };
            };
        };
    };
    readonly recordChoice: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description The person the data is about. */
                readonly subject: components["schemas"]["SubjectId"];
                /** @description Why the values are asked for: a word in lower case, such as `billing`. */
                readonly purpose: components["schemas"]["Purpose"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["RecordChoiceBody"];
            };
        };
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["RecordChoiceReply"];
                };
            };
        };
    };
    readonly listChoices: {
        readonly parameters: {
            readonly query?: never;
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ListChoicesReply"];
                };
            };
        };
    };
    readonly filterChoices: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["FilterChoicesBody"];
            };
        };
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["FilterChoicesReply"];
                };
            };
        };
    };
    readonly makeLinks: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["MakeLinksBody"];
            };
        };
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["MakeLinksReply"];
                };
            };
        };
    };
    readonly unsubscribe: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["UnsubscribeBody"];
            };
        };
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["UnsubscribeReply"];
                };
            };
        };
    };
    readonly restrictSubject: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description The person the data is about. */
                readonly subject: components["schemas"]["SubjectId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["RestrictSubjectBody"];
            };
        };
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["RestrictionState"];
                };
            };
        };
    };
    readonly liftRestriction: {
        readonly parameters: {
            readonly query?: never;
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["RestrictionState"];
                };
            };
        };
    };
    readonly erase: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes a repeated call safe: with the same key and the same request, within 24 hours, the work is done once and the answer is the same. Visible ASCII, such as a new random UUID for each call; not personal data. */
                readonly "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
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
                /** @description Makes a repeated call safe: with the same key and the same request, within 24 hours, the work is done once and the answer is the same. Visible ASCII, such as a new random UUID for each call; not personal data. */
                readonly "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["DeclareType"];
            };
        };
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 201: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["RequestId"];
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
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
                /** @description Makes a repeated call safe: with the same key and the same request, within 24 hours, the work is done once and the answer is the same. Visible ASCII, such as a new random UUID for each call; not personal data. */
                readonly "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["OrderedJob"];
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
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
                /** @description Makes a repeated call safe: with the same key and the same request, within 24 hours, the work is done once and the answer is the same. Visible ASCII, such as a new random UUID for each call; not personal data. */
                readonly "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["OrderedJob"];
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
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
                readonly abandon?: boolean;
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
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
                /** @description Makes a repeated call safe: with the same key and the same request, within 24 hours, the work is done once and the answer is the same. Visible ASCII, such as a new random UUID for each call; not personal data. */
                readonly "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["OrderedJob"];
                };
            };
        };
    };
    readonly orderDrill: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes a repeated call safe: with the same key and the same request, within 24 hours, the work is done once and the answer is the same. Visible ASCII, such as a new random UUID for each call; not personal data. */
                readonly "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["OrderedJob"];
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
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
                /** @description Makes a repeated call safe: with the same key and the same request, within 24 hours, the work is done once and the answer is the same. Visible ASCII, such as a new random UUID for each call; not personal data. */
                readonly "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
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
                /** @description Makes a repeated call safe: with the same key and the same request, within 24 hours, the work is done once and the answer is the same. Visible ASCII, such as a new random UUID for each call; not personal data. */
                readonly "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
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
                /** @description Makes a repeated call safe: with the same key and the same request, within 24 hours, the work is done once and the answer is the same. Visible ASCII, such as a new random UUID for each call; not personal data. */
                readonly "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AddTenantReply"];
                };
            };
        };
    };
    readonly changeTenant: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description A division of the vault. */
                readonly tenant: components["schemas"]["TenantId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["ChangeTenantBody"];
            };
        };
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Tenant"];
                };
            };
        };
    };
    readonly listRoles: {
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ListRolesReply"];
                };
            };
        };
    };
    readonly readRole: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description What a principal may do: a role of the house, or of the tenant’s own. */
                readonly role: components["schemas"]["Role"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ReadRoleReply"];
                };
            };
        };
    };
    readonly changeRole: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description What a principal may do: a role of the house, or of the tenant’s own. */
                readonly role: components["schemas"]["Role"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["ChangeRoleBody"];
            };
        };
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["RoleChange"];
                };
            };
        };
    };
    readonly endRole: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description What a principal may do: a role of the house, or of the tenant’s own. */
                readonly role: components["schemas"]["Role"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["EndRoleReply"];
                };
            };
        };
    };
    readonly previewRole: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description What a principal may do: a role of the house, or of the tenant’s own. */
                readonly role: components["schemas"]["Role"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["PreviewRoleBody"];
            };
        };
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["RoleChange"];
                };
            };
        };
    };
    readonly explainAccess: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["ExplainAccessBody"];
            };
        };
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ExplainAccessReply"];
                };
            };
        };
    };
    readonly readAccessMatrix: {
        readonly parameters: {
            readonly query?: {
                /** @description What a principal may do: a role of the house, or of the tenant’s own. */
                readonly role?: components["schemas"]["Role"];
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ReadAccessMatrixReply"];
                };
            };
        };
    };
    readonly readAccessExposure: {
        readonly parameters: {
            readonly query: {
                /** @description Who calls. */
                readonly principal: components["schemas"]["PrincipalId"];
                /** @description From when on; absent: since the log begins. */
                readonly since?: string;
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ReadAccessExposureReply"];
                };
            };
        };
    };
    readonly readAccessReview: {
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ReadAccessReviewReply"];
                };
            };
        };
    };
    readonly listPurposes: {
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ListPurposesReply"];
                };
            };
        };
    };
    readonly getPurpose: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description Why the values are asked for: a word in lower case, such as `billing`. */
                readonly purpose: components["schemas"]["Purpose"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["GetPurposeReply"];
                };
            };
        };
    };
    readonly declarePurpose: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description Why the values are asked for: a word in lower case, such as `billing`. */
                readonly purpose: components["schemas"]["Purpose"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["DeclarePurposeBody"];
            };
        };
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PurposeDescription"];
                };
            };
        };
    };
    readonly endPurpose: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description Why the values are asked for: a word in lower case, such as `billing`. */
                readonly purpose: components["schemas"]["Purpose"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PurposeDescription"];
                };
            };
        };
    };
    readonly listApprovals: {
        readonly parameters: {
            readonly query?: {
                /** @description The `next` of the page before. */
                readonly after?: components["schemas"]["ApprovalId"];
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ListApprovalsReply"];
                };
            };
        };
    };
    readonly getApproval: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description What was asked for and takes a second person. */
                readonly approval: components["schemas"]["ApprovalId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Approval"];
                };
            };
        };
    };
    readonly giveApproval: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description What was asked for and takes a second person. */
                readonly approval: components["schemas"]["ApprovalId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["GiveApprovalBody"];
            };
        };
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Approval"];
                };
            };
        };
    };
    readonly refuseApproval: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description What was asked for and takes a second person. */
                readonly approval: components["schemas"]["ApprovalId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["RefuseApprovalBody"];
            };
        };
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Approval"];
                };
            };
        };
    };
    readonly withdrawApproval: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description What was asked for and takes a second person. */
                readonly approval: components["schemas"]["ApprovalId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Approval"];
                };
            };
        };
    };
    readonly getApprovalPolicy: {
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ApprovalPolicyState"];
                };
            };
        };
    };
    readonly setApprovalPolicy: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["ApprovalTerms"];
            };
        };
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ApprovalPolicyState"];
                };
            };
        };
    };
    readonly endApprovalPolicy: {
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ApprovalPolicyState"];
                };
            };
        };
    };
    readonly listGrants: {
        readonly parameters: {
            readonly query?: {
                /** @description The `next` of the page before. */
                readonly after?: components["schemas"]["GrantId"];
                /** @description How many a page holds at most. */
                readonly limit?: number;
                /** @description Only those that wait for approval, are in force, or are to be reviewed. */
                readonly state?: components["schemas"]["GrantState"];
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ListGrantsReply"];
                };
            };
        };
    };
    readonly orderGrant: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes a repeated call safe: with the same key and the same request, within 24 hours, the work is done once and the answer is the same. Visible ASCII, such as a new random UUID for each call; not personal data. */
                readonly "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["OrderGrantBody"];
            };
        };
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 201: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Grant"];
                };
            };
        };
    };
    readonly readGrant: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description A grant: somebody may see something of certain people, for a time. */
                readonly grant: components["schemas"]["GrantId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ReadGrantReply"];
                };
            };
        };
    };
    readonly approveGrant: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description A grant: somebody may see something of certain people, for a time. */
                readonly grant: components["schemas"]["GrantId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Grant"];
                };
            };
        };
    };
    readonly refuseGrant: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description A grant: somebody may see something of certain people, for a time. */
                readonly grant: components["schemas"]["GrantId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Grant"];
                };
            };
        };
    };
    readonly reviewGrant: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description A grant: somebody may see something of certain people, for a time. */
                readonly grant: components["schemas"]["GrantId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Grant"];
                };
            };
        };
    };
    readonly endGrant: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description A grant: somebody may see something of certain people, for a time. */
                readonly grant: components["schemas"]["GrantId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Grant"];
                };
            };
        };
    };
    readonly closeTicket: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description The case that the call belongs to. Kept as a MAC only, as a reason is. */
                readonly ticket: components["schemas"]["Ticket"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["CloseTicketReply"];
                };
            };
        };
    };
    readonly offerGrantCode: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes a repeated call safe: with the same key and the same request, within 24 hours, the work is done once and the answer is the same. Visible ASCII, such as a new random UUID for each call; not personal data. */
                readonly "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            readonly path: {
                /** @description The person the data is about. */
                readonly subject: components["schemas"]["SubjectId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["OfferGrantCodeBody"];
            };
        };
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 201: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["OfferGrantCodeReply"];
                };
            };
        };
    };
    readonly redeemGrantCode: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes a repeated call safe: with the same key and the same request, within 24 hours, the work is done once and the answer is the same. Visible ASCII, such as a new random UUID for each call; not personal data. */
                readonly "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["RedeemGrantCodeBody"];
            };
        };
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Grant"];
                };
            };
        };
    };
    readonly listHooks: {
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ListHooksReply"];
                };
            };
        };
    };
    readonly addHook: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes a repeated call safe: with the same key and the same request, within 24 hours, the work is done once and the answer is the same. Visible ASCII, such as a new random UUID for each call; not personal data. */
                readonly "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["AddHookBody"];
            };
        };
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 201: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AddHookReply"];
                };
            };
        };
    };
    readonly removeHook: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description A hook: where the vault tells what happens. */
                readonly hook: components["schemas"]["HookId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["RemoveHookReply"];
                };
            };
        };
    };
    readonly changeHook: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description A hook: where the vault tells what happens. */
                readonly hook: components["schemas"]["HookId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["ChangeHookBody"];
            };
        };
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Hook"];
                };
            };
        };
    };
    readonly rotateHook: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description Makes a repeated call safe: with the same key and the same request, within 24 hours, the work is done once and the answer is the same. Visible ASCII, such as a new random UUID for each call; not personal data. */
                readonly "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            readonly path: {
                /** @description A hook: where the vault tells what happens. */
                readonly hook: components["schemas"]["HookId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["RotateHookBody"];
            };
        };
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["RotateHookReply"];
                };
            };
        };
    };
    readonly testHook: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description A hook: where the vault tells what happens. */
                readonly hook: components["schemas"]["HookId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 202: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["TestHookReply"];
                };
            };
        };
    };
    readonly listDeliveries: {
        readonly parameters: {
            readonly query?: {
                /** @description The `next` of the page before. */
                readonly after?: components["schemas"]["EventId"];
                /** @description How many a page holds at most. */
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path: {
                /** @description A hook: where the vault tells what happens. */
                readonly hook: components["schemas"]["HookId"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Done, and recorded in the audit log. */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ListDeliveriesReply"];
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
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
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/jwk-set+json": components["schemas"]["Jwks"];
                };
            };
        };
    };
    readonly getHealth: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description It runs. */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
    readonly getReadiness: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description It would. */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Readiness"];
                };
            };
        };
    };
    readonly getMetrics: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The metrics in the text format of Prometheus. */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/plain": string;
                };
            };
        };
    };
    readonly getUnsealProgress: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description How many have been given and are needed. */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["UnsealProgress"];
                };
            };
        };
    };
    readonly unseal: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["UnsealBody"];
            };
        };
        readonly responses: {
            /** @description The share was taken; or the vault is open, and it was not read. */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["RequestId"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["UnsealProgress"];
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
    | "tenant_suspended"
    | "purpose_not_allowed"
    | "consent_missing"
    | "objected"
    | "restricted"
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
    | "role_not_found"
    | "purpose_not_found"
    | "link_not_found"
    | "api_key_not_found"
    | "approval_not_found"
    | "approval_needed"
    | "own_approval"
    | "not_own_approval"
    | "grant_not_found"
    | "code_not_found"
    | "hook_not_found"
    | "concurrent_change"
    | "value_not_unique"
    | "lease_lost"
    | "epoch_not_ended"
    | "api_key_already_shown"
    | "own_principal"
    | "built_in_role"
    | "own_role"
    | "role_in_use"
    | "role_changed"
    | "too_many_approvals"
    | "approval_ended"
    | "too_many_roles"
    | "rolling_over"
    | "api_key_ended"
    | "type_base_fixed"
    | "backup_not_configured"
    | "drill_needs_command"
    | "too_many_jobs"
    | "too_many_types"
    | "too_many_versions"
    | "purpose_in_use"
    | "choice_not_taken"
    | "not_restricted"
    | "too_many_purposes"
    | "too_many_hooks"
    | "hook_paused"
    | "hook_secret_replaced"
    | "tenant_exists"
    | "tenant_needed"
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
    | "own_grant"
    | "grant_not_open"
    | "already_approved"
    | "grant_lapsed"
    | "review_overdue"
    | "too_many_grants"
    | "body_too_large"
    | "unsupported_media_type"
    | "invalid_request"
    | "invalid_value"
    | "unknown_index"
    | "index_not_rotatable"
    | "unknown_type"
    | "unknown_role"
    | "invalid_role"
    | "matrix_too_large"
    | "grant_in_vain"
    | "duties_conflict"
    | "unknown_keep"
    | "invalid_network"
    | "unknown_purpose"
    | "unique_not_offered"
    | "address_refused"
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
