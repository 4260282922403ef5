/** What the API tells of a role. One altered row must not hide the others, so it is told as damaged. */
import type { z } from 'zod';
import { IntegrityError } from '../../errors.ts';
import type { PrincipalId } from '../../ids.ts';
import type { IndexKey } from '../../keyring/indexes/index-keys.ts';
import { ROLES, type Role, RULES } from '../roles.ts';
import { type RoleRow, rulesIn } from './rows.ts';
import type { Rule } from './rules.ts';
import type { RoleSchema } from './schema.ts';

export type RoleFacts = z.infer<typeof RoleSchema>;

const IN_WORDS: Readonly<Record<Role, string>> = {
  admin: 'Manages principals, roles, tenants and data types. Sees no value.',
  app: 'Stores, reveals, searches, corrects and erases values, for its purposes.',
  support: 'Searches, and sees masked values and narrower views; plain ones under a grant. Changes nothing.',
  receiver: 'Reveals the tokens of its audience, for its purposes.',
  auditor: 'Reads the audit log, receipts, keys and roles. Sees no value.',
  security: 'Holds keys, copies and slots, and reads the audit log. Sees no value.',
};

export const BUILT_IN: readonly RoleFacts[] = ROLES.map(builtInFacts);

export function builtInFacts(role: Role): RoleFacts {
  return { role, builtIn: true, description: IN_WORDS[role], rules: [...RULES[role]] };
}

export function roleFacts(keys: readonly IndexKey[], row: RoleRow): RoleFacts {
  const { role, version, description, changed_at, changed_by } = row;
  const rules = rulesOrDamage(keys, row);
  const changed = { changedAt: new Date(changed_at).toISOString(), changedBy: changed_by as PrincipalId };
  const facts = { role, builtIn: false, version, ...changed };
  return rules === undefined
    ? { ...facts, description: '', rules: [], damaged: true }
    : { ...facts, description, rules: [...rules] };
}

/** @returns undefined for a row that was altered */
export function rulesOrDamage(keys: readonly IndexKey[], row: RoleRow): readonly Rule[] | undefined {
  try {
    return rulesIn(keys, row);
  } catch (error) {
    if (error instanceof IntegrityError) return undefined;
    throw error;
  }
}
