import { describe, expect, test } from 'vitest';
import { email } from '../../src/datatypes/email.ts';
import { fc } from '../support/properties.ts';
import { accepts, CONTEXT, canonical, firstOfMore, refusedField, seen, stored } from './expectations.ts';
import { emails } from './inputs.ts';

const local64 = 'x'.repeat(64);
const label63 = 'b'.repeat(63);

describe('comes back as it can be written to', () => {
  test.each([
    ['as it is', 'jane.doe@example.com', 'jane.doe@example.com'],
    ['trimmed', ' \u3000jane@example.com\u0085\n', 'jane@example.com'],
    ['domain in lower case, local part not', 'Jane.Doe@Example.COM', 'Jane.Doe@example.com'],
    ['full-width folded', 'ｊａｎｅ＠ｅｘａｍｐｌｅ．ｃｏｍ', 'jane@example.com'],
    ['decomposed letters composed', 'jose\u0301@example.com', 'jos\u00e9@example.com'],
    ['IDN in ASCII', 'info@Bücher.example', 'info@xn--bcher-kva.example'],
    ['sharp s not lost', 'info@straße.example', 'info@xn--strae-oqa.example'],
    ['ideographic full stop', 'info@日本。example', 'info@xn--wgv71a.example'],
    ['tags and dots', 'a.b.c+tag@example.com', 'a.b.c+tag@example.com'],
    ['a letter of another alphabet', 'm\u0131ke@example.com', 'm\u0131ke@example.com'],
    ['long s and ligatures not lost', '\u017fi\ufb01@example.com', '\u017fi\ufb01@example.com'],
    ['local part of 64 octets', `${local64}@example.com`, `${local64}@example.com`],
    ['label of 63 octets', `a@${label63}.com`, `a@${label63}.com`],
  ])('%s', (_, input, output) => {
    expect(stored(email, input)).toBe(output);
  });
});

describe('refused', () => {
  test.each([
    ['no string', 12],
    ['empty', ''],
    ['white space', ' \n'],
    ['two dots in a row', 'a..b@example.com'],
    ['a dot in front', '.a@example.com'],
    ['a dot behind', 'a.@example.com'],
    ['dots alone', '.@example.com'],
    ['full-width dots in a row', 'a\uff0e\uff0eb@example.com'],
    ['what becomes an @', 'a\ufe6bb@example.com'],
    ['a filler that nobody sees', 'a\u3164@example.com'],
    ['no @', 'plain'],
    ['two @', 'a@b@example.com'],
    ['no local part', '@example.com'],
    ['no domain', 'a@'],
    ['no dot in the domain', 'a@b'],
    ['empty label', 'a@example..com'],
    ['trailing dot', 'a@example.com.'],
    ['hyphen at the edge', 'a@-example.com'],
    ['underscore in the domain', 'a@exa_mple.com'],
    ['space inside', 'a b@example.com'],
    ['ideographic space inside', 'a\u3000b@example.com'],
    ['header injection', 'a@example.com\nBcc: x@y.z'],
    ['NUL', 'a@exa\u0000mple.com'],
    ['zero-width space', 'a\u200b@example.com'],
    ['soft hyphen in the domain', 'a@exa\u00admple.com'],
    ['bidirectional override', 'a\u202e@example.com'],
    ['half a surrogate pair', 'a\ud800@example.com'],
    ['local part over 64 octets', `${local64}x@example.com`],
    ['local part over 64 octets in UTF-8', `${'é'.repeat(33)}@example.com`],
    ['label over 63 octets', `a@${label63}b.com`],
    ['address over 254 octets', `a@${`${label63}.`.repeat(4)}com`],
    ['IPv4 address', 'a@127.0.0.1'],
    ['number that URLs read as an address', 'a@1.2'],
    ['hexadecimal address', 'a@a.0x7f'],
    ['IPv4 address behind an ideographic stop', 'a@1。2'],
    ['address literal', 'a@[127.0.0.1]'],
    ['port', 'a@example.com:25'],
    ['path', 'a@example.com/x'],
    ['percent escape', 'a@ex%61mple.com'],
    ['letter that hides a slash', 'a@ex℀mple.com'],
    ['display name', 'Jane <jane@example.com>'],
    ['comment', 'jane(x)@example.com'],
    ['quoted local part', '"jane"@example.com'],
    ['list', 'jane@example.com,joe@example.com'],
  ])('%s', (_, input) => {
    expect(refusedField(email, input)).toBe('value');
  });
});

test('addresses that differ in case, width or composition alone are the same', () => {
  const same = [
    'José@Example.com',
    'JOSÉ@EXAMPLE.COM',
    'jose\u0301@example.com',
    'ｊｏｓé＠example.com',
    ' josé@example.com ',
  ];
  expect(new Set(same.map((input) => canonical(email, input))).size).toBe(1);
});

test('other addresses are others', () => {
  const others = [
    'jane@example.com',
    'jane@example.org',
    'jan.e@example.com',
    'jane+a@example.com',
    'jané@example.com',
  ];
  expect(new Set(others.map((input) => canonical(email, input))).size).toBe(others.length);
});

/** The capital of a letter beyond ASCII may be another letter's, too. */
const ofAscii = (text: string, how: 'toUpperCase') => text.replace(/[a-z]/g, (letter) => letter[how]());

test('letters that have one capital form stay two: they are two mailboxes', () => {
  const others = ['mike@example.com', 'm\u0131ke@example.com', 'stra\u00dfe@example.com', 'strasse@example.com'];
  others.push('\u017fam@example.com', 'sam@example.com', '\ufb01nn@example.com', 'finn@example.com');
  expect(new Set(others.map((input) => canonical(email, input))).size).toBe(others.length);
});

test('case never changes which address it is', () => {
  const accepted = emails.filter((input) => accepts(email, input));
  fc.assert(
    fc.property(accepted, (input) => {
      const value = stored(email, input);
      for (const other of [ofAscii(value, 'toUpperCase'), value.toLowerCase(), value.normalize('NFD')]) {
        if (accepts(email, other)) expect(canonical(email, other)).toBe(canonical(email, input));
      }
    }),
  );
});

describe('masked shows the domain and at most one character before it', () => {
  test.each([
    ['jane@example.com', 'j***@example.com'],
    ['jo@example.com', 'j***@example.com'],
    ['j@example.com', '***@example.com'],
    ['😀x@example.com', '😀***@example.com'],
    ['👩‍💻@example.com', undefined],
    ['é@example.com', '***@example.com'],
    ['__@example.com', '_***@***'],
    ['-@example.com', '***@***'],
    ['\u3260@example.com', '***@example.com'],
  ])('%s', (input, mask) => {
    if (mask === undefined) expect(accepts(email, input)).toBe(false);
    else expect(seen(email, 'masked', input)).toBe(mask);
  });

  test('of any address', () => {
    const accepted = emails.filter((input) => accepts(email, input));
    fc.assert(
      fc.property(accepted, (input) => {
        const [local, domain] = stored(email, input).split('@') as [string, string];
        // Also as a sign that is compared as letters: \u3260.
        const isAnybodys = /[\p{L}\p{N}]/u.test(local) || /[\p{L}\p{N}]/u.test(local.normalize('NFKC'));
        expect(seen(email, 'masked', input)).toBe(`${firstOfMore(local)}***@${isAnybodys ? domain : '***'}`);
        expect(seen(email, 'domain', input)).toBe(isAnybodys ? domain : '');
      }),
    );
  });
});

describe('by its domain an address is found', () => {
  const domain = email.parts!.domain!;

  test.each(['example.com', 'Example.COM', ' example.com\n', 'ｅｘａｍｐｌｅ．ｃｏｍ', 'example。com'])(
    'asked as %j',
    (asked) => {
      expect(domain.parse(asked, CONTEXT)).toBe(domain.of(stored(email, 'Jane@EXAMPLE.com')));
    },
  );

  test('in letters beyond ASCII, and by no other: not by one above or below it', () => {
    expect(domain.parse('BÜCHER.example', CONTEXT)).toBe(domain.of(stored(email, 'x@xn--bcher-kva.example')));
    for (const other of ['com.example', 'mail.example.com', 'example.co', 'example.org'])
      expect(domain.parse(other, CONTEXT)).not.toBe('example.com');
  });

  test.each([
    ['no string', 7],
    ['empty', ''],
    ['no dot', 'example'],
    ['an address', 'jane@example.com'],
    ['an @ before it', '@example.com'],
    ['a space inside', 'exa mple.com'],
    ['a path', 'example.com/x'],
    ['an IP address', '127.0.0.1'],
    ['endless', 'x.'.repeat(1000)],
  ])('%s is refused', (_, asked) => {
    expect(refusedField({ ...email, parse: (input) => domain.parse(input, CONTEXT) as string }, asked)).toBe('value');
  });
});

describe('a token shaped like an address', () => {
  const { isReal } = email.shapes!.email!;

  test.each(['jane@example.internal', 'jane@myexample.com', 'a@example.de', 'x@testing.info', 'x@test.example.co'])(
    'could be real as %s',
    (token) => {
      expect(isReal(token)).toBe(true);
      expect(isReal(` ${token.toUpperCase()} `)).toBe(true);
    },
  );

  test.each([
    'x@example.com',
    'x@Example.NET',
    'x@mail.example.org',
    'x@tokens.example',
    'x@a.test',
    'x@a.invalid',
    'x@a.b.localhost',
    'no address',
    'x@nodot',
    '',
  ])('could not as %j (RFC 2606, RFC 6761)', (token) => {
    expect(isReal(token)).toBe(false);
  });
});
