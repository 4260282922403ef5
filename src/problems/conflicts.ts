/**
 * Calls that conflict with the present or an earlier state. Unless an entry says otherwise, nothing has been changed.
 */
import type { Published } from './kinds.ts';

export const CONFLICTS = {
  // The message is that of a record. Links, index keys, epochs, buckets and the list of slots say so in words of their
  // own, where they are thrown.
  concurrent_change: {
    kind: 'conflict',
    title: 'Another call changed the same record; read it again, then repeat.',
    message: 'The record was changed at the same time by another call. Read it again, then repeat the call.',
  },
  // The type is unique to the tenant. Nothing has been stored.
  value_not_unique: {
    kind: 'conflict',
    title: 'Another record has an equal value, and the data type takes none twice.',
    field: 'value',
  },
  // Another process has taken over. Nothing of the transaction is kept.
  lease_lost: {
    kind: 'conflict',
    title: 'Another process has taken over this work.',
    message: 'Another process has taken over this work.',
  },
  // New keys would be wrapped under the very epoch that is compromised. Nothing has been changed.
  epoch_not_ended: {
    kind: 'conflict',
    title: 'The epoch is in use; close it first.',
    message:
      'The epoch is still in use. Close it first (npm run lethe -- keys rotate --now), then say again that it is compromised.',
  },
  // A repeated call: the principal exists, and its API key was shown the first time. It is kept nowhere.
  api_key_already_shown: {
    kind: 'conflict',
    title: 'A repeated call; the API key was shown once, the first time.',
    message:
      'This call was made before, and the API key was shown then. If it was lost, revoke the principal and add it again, or end the new key and make another.',
  },
  // A principal that revokes itself could not undo that, and might be the last one that can revoke. One that widens
  // itself would go beyond what it was given.
  own_principal: {
    kind: 'conflict',
    title: 'A principal cannot revoke or change itself, end the API key it calls with, or make one that lasts longer.',
    message:
      'A principal does not revoke or change itself, end the API key it calls with, or give itself one that lasts ' +
      'longer. Another administrator can.',
  },
  // The roles of the house are part of the release.
  built_in_role: {
    kind: 'conflict',
    title: 'A role of the house can be copied, not changed or ended.',
    message: 'This role is part of Lethe. Copy its rules into a role of another name, and change that.',
    field: 'role',
  },
  // Nobody widens what they are given themselves. Nothing has been changed.
  own_role: {
    kind: 'conflict',
    title: 'A principal cannot change or end the role it has itself.',
    message: 'A principal does not change or end the role it has itself. Another administrator can.',
    field: 'role',
  },
  // Nothing has been changed.
  role_in_use: {
    kind: 'conflict',
    title: 'Principals in force have the role.',
    message: 'Principals in force have this role: revoke them first. To stop them now, give the role no rules.',
    field: 'role',
  },
  // Nothing has been changed.
  role_changed: {
    kind: 'conflict',
    title: 'The role has another version than the caller says.',
    message: 'The role has another version than `ifVersion` says. Read it again, then repeat.',
    field: 'ifVersion',
  },
  too_many_approvals: {
    kind: 'conflict',
    title: 'In this tenant 100 requests wait for approval.',
    message: 'In a tenant at most 100 requests wait for approval: approve or refuse some, or withdraw your own.',
  },
  approval_ended: {
    kind: 'conflict',
    title: 'The approval was used, refused or withdrawn, or has expired.',
    message: 'It was used, refused or withdrawn, or has expired. Whoever asked for it can ask anew.',
  },
  too_many_roles: {
    kind: 'conflict',
    title: 'The tenant has 100 roles, or the role 1,000 versions.',
    message: 'A tenant has at most 100 roles, and a role at most 1,000 versions.',
  },
  // Two keys work already. Nothing has been changed.
  rolling_over: {
    kind: 'conflict',
    title: 'Two API keys of the principal work already; end one first.',
    message:
      'Two API keys of this principal work already. End one of them first, or ask for an overlap of 0, which ends both.',
  },
  // An API key that has ended stays so. Nothing has been changed.
  api_key_ended: {
    kind: 'conflict',
    title: 'The principal has no API key that works; give it another.',
    message: 'No API key of this principal works any more, and one that has ended stays so. Give it another one.',
  },
  // A new version of a type must have the same base, because stored values were written under it.
  type_base_fixed: {
    kind: 'conflict',
    title: 'A type keeps the base it was first declared with.',
    message: 'A type keeps the base it was first declared with. Declare another type.',
    field: 'base',
  },
  // No folder is set for the copies of a store (LETHE_BACKUP_DIR, LETHE_KEY_BACKUP_DIR). Nothing has been ordered.
  backup_not_configured: {
    kind: 'conflict',
    title: 'The server has no folder for these copies.',
  },
  // A drill of stores on PostgreSQL needs empty databases, which nobody names over the API. Nothing has been ordered.
  drill_needs_command: {
    kind: 'conflict',
    title: 'A drill of stores on PostgreSQL is run by the command, on a machine that has empty databases for it.',
    message: 'Stores on PostgreSQL are drilled by the command: `npm run lethe -- drill --scratch-records-url …`.',
  },
  // The tenant has as many unfinished long jobs as it may have. Nothing has been ordered.
  too_many_jobs: {
    kind: 'conflict',
    title: 'The tenant has as many unfinished long jobs as there may be.',
    message: 'The tenant has too many unfinished long jobs. Wait until some are finished.',
  },
  // The tenant has as many types as a catalogue may hold. A catalogue is read whole, so it is bounded.
  too_many_types: {
    kind: 'conflict',
    title: 'The tenant has as many types of its own as there may be.',
    message: 'A tenant has at most 200 types of its own.',
    field: 'name',
  },
  // Every version stays, for the values that are stored under it. So their number is bounded.
  too_many_versions: {
    kind: 'conflict',
    title: 'The type has as many versions as there may be.',
    message: 'A type has at most 100 versions. Declare another type.',
    field: 'name',
  },
  // A principal that is not revoked has it. Nothing has been changed.
  purpose_in_use: {
    kind: 'conflict',
    title: 'A principal has the purpose; take it from all of them first.',
    message:
      'A principal that is not revoked has this purpose: GET /v1/principals shows which. Take it from each of them first.',
  },
  // The purpose rests on something else than a person's word, or on another word. Nothing has been noted.
  choice_not_taken: { kind: 'conflict', title: 'The purpose does not take this choice, by its legal basis.' },
  // There is no restriction to lift. Nothing has been changed.
  not_restricted: {
    kind: 'conflict',
    title: 'The person’s data is not restricted.',
    message: 'This person’s data is not restricted.',
  },
  // A tenant's purposes are read whole, so their number is bounded.
  too_many_purposes: {
    kind: 'conflict',
    title: 'The tenant has as many purposes as there may be.',
    message: 'A tenant has at most 200 purposes, ended ones included.',
  },
  // The tenant has as many hooks as it may have. Nothing has been added.
  too_many_hooks: {
    kind: 'conflict',
    title: 'The tenant has as many hooks as there may be.',
    message: 'A tenant has at most 20 hooks. Remove one first.',
  },
  // The hook was paused by somebody, or by the vault after days of failures. Nothing has been changed.
  hook_paused: {
    kind: 'conflict',
    title: 'The hook is paused: it is told nothing; resume it first.',
    message: 'The hook is paused. Resume it first.',
  },
  // The call was made before, and the hook has had another secret since. The secret of then is kept nowhere.
  hook_secret_replaced: {
    kind: 'conflict',
    title: 'A repeated call; the secret it showed the first time has been replaced since.',
    message: 'This call was made before, and the secret that it showed then has been replaced since. Rotate it again.',
  },
  // A tenant of that name exists. Nothing has been changed.
  tenant_exists: {
    kind: 'conflict',
    title: 'A tenant of this name exists.',
    message: 'A tenant of this name exists already.',
    field: 'name',
  },
  // The first tenant stays as long as the vault does. Nothing has been erased.
  tenant_needed: {
    kind: 'conflict',
    title: 'The first tenant cannot be suspended.',
    message: 'The first tenant operates the vault: nobody could let it go on.',
  },
  first_tenant: {
    kind: 'conflict',
    title: 'The first tenant cannot be erased.',
    message:
      'The first tenant operates the vault and cannot be erased. Erase its subjects, or destroy the whole vault.',
  },
  // The given root key cannot replace the present one. Nothing has been changed.
  unfit_root_key: { kind: 'conflict', title: 'The root key brought cannot replace the one there is.' },
  // The share was given before and counts once. Nothing has been changed.
  share_repeated: {
    kind: 'conflict',
    title: 'The share was given already; those of other people are needed.',
    message: 'This share was given already. Shares of other people are needed.',
  },
  // There were enough shares, each of them right, but they do not make the root key of this vault. All are forgotten.
  shares_disagree: {
    kind: 'conflict',
    title: 'The shares do not make the root key of this vault; all are forgotten.',
    message: 'These shares do not make the root key of this vault: its key store was altered. All are forgotten.',
  },
  // A row with this key exists already. Inside a vault it means a race, which the caller settles by reading again.
  already_exists: {
    kind: 'conflict',
    title: 'What should be added is there already.',
    message: 'A row with this key exists already.',
  },
  // A process of the node gives signs of life. Nothing has been changed.
  node_alive: {
    kind: 'conflict',
    title: 'A process of the node is alive; it is not given up.',
    message: 'A process of this node is alive. Stop it; it then leaves, or says what it has forgotten.',
  },
  // A slot of this name or at this place exists, or did once. A certificate stays true only if a name has one slot.
  slot_exists: {
    kind: 'conflict',
    title: 'A root slot of this name or at this place is there, or was.',
    message: 'A root slot of this name is there, or was. Take another name.',
  },
  // Without this slot, an epoch's secret would be in no required slot.
  slot_needed: { kind: 'conflict', title: 'Without this root slot a secret in use would be in no required slot.' },
  // The slot was tried out with a secret of no epoch, and did not do what a slot must do.
  slot_unfit: {
    kind: 'conflict',
    title: 'The root slot did not hold, give back and destroy what it was tried out with.',
  },
  // A token that was brought along stands for something already, or did. Nothing has been stored.
  token_taken: {
    kind: 'conflict',
    title: 'The token brought along stands for something already, or did.',
    message: 'This token is in use, or was. A token stands for one value, for good.',
    field: 'token',
  },
  // A live token of the record shows something that the new value does not have. Nothing has been changed.
  token_outdated: {
    kind: 'conflict',
    title: 'A live token shows of the value what would no longer be so; end it first.',
    message:
      'A live token of the record shows the last digits of the value as it was. End such tokens first (GET /v1/records/{record} lists them, DELETE /v1/tokens/{token} ends one), then correct the value and mint others.',
  },
  // The principal was revoked. Nothing has been changed.
  principal_revoked: {
    kind: 'gone',
    title: 'The principal was revoked.',
    message: 'The principal was revoked. Add another one.',
  },
  // The time that was set for the token is over.
  token_expired: { kind: 'gone', title: 'The token has expired.', message: 'The token has expired.' },
  // The token was made for a number of reveals, and has used them all.
  token_used_up: {
    kind: 'gone',
    title: 'The token has been used as often as it may be.',
    message: 'The token has been used as often as it may be.',
  },
  // The token was ended by a call.
  token_revoked: { kind: 'gone', title: 'The token was revoked.', message: 'The token was revoked.' },
  // The record's key has been destroyed on request.
  record_erased: {
    kind: 'gone',
    title: 'The value was erased.',
    message: 'The value was erased. Nothing can bring it back.',
  },
  // The record store was restored to a state before the record was last sealed. The key of the value in it is
  // destroyed.
  record_superseded: {
    kind: 'gone',
    title: 'The record store was put back to before the value was corrected. Erase the record, store the value again.',
    message:
      'The record store was put back to before this value was corrected, and what it was before cannot be opened. Erase the record and store the value again.',
  },
  subject_erased: {
    kind: 'gone',
    title: 'The subject was erased.',
    message:
      'The subject was erased. A value sent again under its ref goes to a new subject once the erasure is completed.',
  },
  // The tenant was erased. None of its values opens, and nothing can be added to it.
  tenant_erased: { kind: 'gone', title: 'The tenant was erased.', message: 'The tenant was erased.' },
} satisfies Record<string, Published>;
