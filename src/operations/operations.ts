/** Every operation, in the groups and order of the API's description. A new one is a line in the list of its area. */
import { type Role, rolesWith } from '../access/roles.ts';
import { ACCESS } from './access.ts';
import { APPROVALS } from './approvals.ts';
import { COPIES } from './copies.ts';
import { ERASURES } from './erasures.ts';
import { HOOKS } from './hooks.ts';
import { KEYS } from './keys.ts';
import type { AnyOperation, Operation } from './operation.ts';
import { OVERSIGHT } from './oversight.ts';
import { SUBJECTS } from './subjects.ts';
import { TOKENS } from './tokens.ts';
import { TYPES } from './types.ts';
import { RECORDS, VALUES } from './values.ts';

export interface Group {
  readonly name: string;
  readonly description: string;
  readonly operations: readonly AnyOperation[];
}

export const GROUPS: readonly Group[] = [
  {
    name: 'Values',
    description: 'Store, reveal, verify, find and correct values; mint and end tokens.',
    operations: [...VALUES, ...TOKENS, ...RECORDS],
  },
  { name: 'Subjects', description: 'The people the data is about.', operations: SUBJECTS },
  { name: 'Erasures', description: 'Make the vault forget, and see that it did.', operations: ERASURES },
  { name: 'Data types', description: 'What kinds of values there are.', operations: TYPES },
  {
    name: 'Keys',
    description:
      'Keys, root slots and nodes; and long jobs of every kind: rotations, re-sealing after a compromise, erasures of ' +
      'tenants, backups, drills.',
    operations: KEYS,
  },
  { name: 'Copies', description: 'Back both stores up, and see that the copies open.', operations: COPIES },
  { name: 'Access', description: 'Who may call, and for which purposes.', operations: ACCESS },
  { name: 'Approvals', description: 'What takes a second person, and who has said yes.', operations: APPROVALS },
  {
    name: 'Hooks',
    description:
      'Tell other systems what happened, by signed messages (Standard Webhooks) that hold ids and nothing else.',
    operations: HOOKS,
  },
  { name: 'Oversight', description: 'What was done, and how the vault is.', operations: OVERSIGHT },
];

export const OPERATIONS: readonly AnyOperation[] = GROUPS.flatMap(({ operations }) => operations);

/** The operations that are called over HTTP. */
export const ROUTES: readonly Operation[] = OPERATIONS.filter(isRoute);

export function isRoute(of: AnyOperation): of is Operation {
  return of.method !== undefined;
}

/** The built-in roles that have the right; an audience, a purpose or the tenant may narrow it further. */
export function rolesFor({ action, alsoActions = [] }: Operation): Role[] {
  return rolesWith([action, ...alsoActions]);
}
