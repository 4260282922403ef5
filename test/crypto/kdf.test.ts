import { expect, test } from 'vitest';
import { argon2id, DEFAULT_PASSPHRASE_PARAMS, deriveKey, passphraseKey } from '../../src/crypto/kdf.ts';

const salt = Buffer.alloc(16, 2);
const least = { memoryKiB: 19 * 1024, passes: 2, parallelism: 1 };

test('Argon2id gives the answer of RFC 9106, 5.3', async () => {
  const key = await argon2id({
    message: Buffer.alloc(32, 1),
    salt,
    secret: Buffer.alloc(8, 3),
    associatedData: Buffer.alloc(12, 4),
    memoryKiB: 32,
    passes: 3,
    parallelism: 4,
  });
  expect(key.toString('hex')).toBe('0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659');
});

test('the default is the second recommended option of RFC 9106, section 4', () => {
  expect(DEFAULT_PASSPHRASE_PARAMS).toEqual({ memoryKiB: 65_536, passes: 3, parallelism: 4 });
});

test('a passphrase gives one key, however its accents are composed', async () => {
  const key = await passphraseKey('caf\u00e9 au lait', salt, least);
  expect(key.length).toBe(32);
  expect(await passphraseKey('cafe\u0301 au lait', salt, least)).toEqual(key);
  expect(await passphraseKey('cafe au lait', salt, least)).not.toEqual(key);
  expect(await passphraseKey('caf\u00e9 au lait', Buffer.alloc(16, 3), least)).not.toEqual(key);
});

test('the event loop turns while a passphrase is stretched', async () => {
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
  }, 1);
  await passphraseKey('correct horse', salt);
  clearInterval(timer);
  expect(turns).toBeGreaterThan(2);
});

test('parameters that weaken a key or exhaust the machine are refused', async () => {
  const refused = [
    { ...least, memoryKiB: 19 * 1024 - 1 },
    { ...least, passes: 1 },
    { ...least, parallelism: 0 },
    { ...least, memoryKiB: 1024 * 1024 + 1 },
    { ...least, passes: 17 },
    { ...least, parallelism: 17 },
    { ...least, passes: 2.5 },
    { ...least, memoryKiB: Number.NaN },
  ];
  for (const params of refused) await expect(passphraseKey('correct horse', salt, params)).rejects.toThrow(RangeError);
  await expect(passphraseKey('', salt, least)).rejects.toThrow(RangeError);
  await expect(passphraseKey('correct horse', salt.subarray(1), least)).rejects.toThrow(RangeError);
});

test('keys for different uses, and for different places, are different', () => {
  const root = Buffer.alloc(32, 7);
  const keys = [
    deriveKey(root, 'epoch', 'ten_a', 1),
    deriveKey(root, 'epoch', 'ten_a', 2),
    deriveKey(root, 'epoch', 'ten_b', 1),
    deriveKey(root, 'audit', 'ten_a', 1),
    deriveKey(Buffer.alloc(32, 8), 'epoch', 'ten_a', 1),
  ];
  expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(keys.length);
});
