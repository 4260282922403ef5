/** What a spreadsheet would run is only text in it. */
import { expect, test } from 'vitest';
import { csv } from '../../src/cli/csv.ts';

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '  =1', '\n=1', '\u00a0=1'])('%j is text', (cell) => {
  expect(csv([[cell]])).toBe(`"'${cell}"\r\n`);
});

test('everything else is as it was, and quotes, commas and lines stay within their cell', () => {
  expect(csv([['a', 'b,c', 'd"e', 'f\ng', '', '1=1']])).toBe('"a","b,c","d""e","f\ng","","1=1"\r\n');
});
