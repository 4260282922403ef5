/** Failures of the vault itself, and of what it depends on. Unless an entry says otherwise, nothing has been done. */
import type { Published } from './kinds.ts';

export const FAULTS = {
  // Stored bytes failed their authentication: they were altered, moved from their place, or belong to another key.
  // It says no more on purpose: the audit entry, the metric and the log carry the alarm.
  integrity_failure: {
    kind: 'integrity',
    title: 'Stored data failed its integrity check; nothing of it is shown.',
    message: 'Stored data failed its integrity check. The security team has been alerted.',
  },
  // The database reports that its own bytes are damaged (`StoreCorruptError`). Nothing has been acknowledged.
  store_corrupt: {
    kind: 'integrity',
    title: 'A store reports that its own data is damaged; trying again does not help. The operator is needed.',
    message: 'A store reports that its own data is damaged. The operator has been alerted.',
  },
  // An error that is not the vault's own, or a statement the vault should never have sent: a defect, not a state of
  // the world.
  internal_error: { kind: 'internal', title: 'A defect in the vault; the request id finds it in the log.' },
  // A store is out of reach. Nothing has been acknowledged.
  store_unavailable: {
    kind: 'unavailable',
    title: 'A store cannot be reached or cannot write; try again later.',
    message:
      'A store cannot be reached or cannot write. Nothing has been acknowledged; send the call again later. The log of the ' +
      'server says which store, and why.',
  },
  // The call's time has run out, or work that shares its commit delayed the others. Nothing has been done.
  timed_out: {
    kind: 'unavailable',
    title: 'The call took longer than a call may, and nothing of it has been kept; try again later.',
    message: 'The call took too long. Nothing of it has been kept.',
    repeatAfter: 5,
  },
  // A COMMIT was sent, and it is not known whether it holds.
  outcome_unknown: {
    kind: 'unavailable',
    title:
      'The call may or may not have been done: a store did not confirm it in time. Repeat it under its Idempotency-Key; one without may then be done twice. An erasure that was done is completed.',
    message:
      'The call may or may not have been done. Repeat it under its Idempotency-Key: if it was done, you get its answer.',
    repeatAfter: 5,
  },
  // Another store is in the place of the one that this process opened. The process must be restarted.
  store_replaced: {
    kind: 'unavailable',
    title: 'A store was replaced while this node ran on it; the node has to be restarted.',
    repeatAfter: 10,
  },
  // The key material is out of reach. The operator is told about slots, libraries and folders; the caller is not.
  key_unavailable: {
    kind: 'unavailable',
    title: 'A key is not at hand; the security team is needed.',
    repeatAfter: 10,
  },
  // A store lacks what it had acknowledged to this process or another. The process that noticed it has written nothing.
  store_went_back: {
    kind: 'unavailable',
    title: 'A store lacks what it had acknowledged; nothing is served until `npm run lethe -- recover` was run.',
    message:
      'A store has lost what it had acknowledged: it went back in time. Stop every node, run `npm run lethe -- recover`, then start.',
    repeatAfter: 10,
  },
  // What was ordered holds, but it is not in the journal yet.
  journal_unavailable: {
    kind: 'unavailable',
    title: 'The journal cannot be written. What was ordered stands; call again until it is answered.',
    repeatAfter: 10,
  },
  // Nothing has been acknowledged.
  shutting_down: {
    kind: 'unavailable',
    title: 'The vault is shutting down; try another node, or again.',
    message: 'The vault is shutting down. Send the call to another node, or again.',
  },
  // The vault is sealed. It has no key, and answers nothing until enough shares of its root key were given.
  sealed: {
    kind: 'unavailable',
    title: 'The vault waits for shares of its root key; see `npm run lethe -- unseal`.',
    message: 'The vault is sealed. It serves when enough holders of shares have run `npm run lethe -- unseal`.',
    repeatAfter: 10,
  },
  // The shares were right, but the vault does not open. It stays sealed.
  unseal_failed: {
    kind: 'unavailable',
    title: 'The shares are right, but the vault did not open; the log says why.',
    message:
      'The shares are right, but the vault did not open and stays sealed; the server’s log says why. Give the last share again.',
    repeatAfter: 10,
  },
  overloaded: { kind: 'unavailable', title: 'The vault has too much to do; try again later.' },
} satisfies Record<string, Published>;
