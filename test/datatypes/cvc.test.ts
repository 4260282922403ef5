import { describe, expect, test } from 'vitest';
import { cvc } from '../../src/datatypes/cvc.ts';
import { fc } from '../support/properties.ts';
import { refusal, seen, stored } from './expectations.ts';
import { cvcs } from './inputs.ts';

test('comes back as three or four digits', () => {
  expect(stored(cvc, '123')).toBe('123');
  expect(stored(cvc, ' 0042 ')).toBe('0042');
  expect(stored(cvc, '１２３')).toBe('123');
});

describe('refused, and the refusal says nothing of it', () => {
  test.each([
    ['a number, which forgets its zeros', 42],
    ['empty', ''],
    ['two digits', '12'],
    ['five digits', '12345'],
    ['a letter', '12a'],
    ['a space inside', '1 23'],
    ['digits of another kind', '①②③④⑤'],
    ['an object', { cvc: '123' }],
    ['endless', '1'.repeat(1000)],
  ])('%s', (_, input) => {
    const error = refusal(cvc, input);
    expect(error.field).toBe('value');
    expect(error.message).not.toMatch(/\d/);
  });
});

test('it is for neither store, nothing finds it, and its description says so (PCI DSS 3.3.1.2)', () => {
  expect([cvc.custody, cvc.spread, cvc.parts, cvc.keeps, cvc.shapes]).toEqual(['window', 'none', ...Array(3)]);
  expect(cvc.description).toMatch(/in no store \(PCI DSS v4\.0\.1, 3\.3\.1\.2\)/);
});

test('there is one view, and it is the same for every code', () => {
  expect(Object.keys(cvc.views)).toEqual(['masked']);
  fc.assert(fc.property(cvcs, (input) => void expect(seen(cvc, 'masked', input)).toBe('***')));
});
