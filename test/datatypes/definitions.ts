/** Definitions of custom types to test with; of no company that anybody works for. */
import { type TypeDefinition, TypeDefinitionSchema } from '../../src/datatypes/definition.ts';

export const BADGE = {
  name: 'x_staff_badge',
  description: 'The number on a staff badge.',
  category: 'account',
  base: 'text',
  maxLength: 8,
  pattern: '[A-Z]{2}[0-9]{6}',
  normalise: ['fold_width', 'upper', 'remove_separators'],
  compare: [],
  spread: 'unique',
  distinct: 1_000_000,
  views: { masked: '******{last:2}', front: '{first:2}***{last:2}' },
  formats: [],
  examples: ['ab 123456', 'XY-000042'],
} as const;

export const RECEIPT = {
  name: 'x_receipt',
  description: 'What was bought.',
  category: 'commerce',
  base: 'document',
  views: { total: '/total', first_line: '/lines/0' },
  examples: [{ total: '19.90 EUR', lines: [{ item: 'tea' }] }],
} as const;

/** The definition as the API reads it, with what it leaves out filled in. */
export function definition(change: object = {}, of: object = BADGE): TypeDefinition {
  return TypeDefinitionSchema.parse({ ...of, ...change });
}
