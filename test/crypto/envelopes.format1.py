"""The envelope format, written a second time from the drawing in src/crypto/envelope.ts, on Python's standard library.

    python3 test/crypto/envelopes.format1.py > test/crypto/envelopes.format1.json

made the committed vectors. Slow, not constant-time, for synthetic values only. Format 1 is frozen: a change of the
output means that a stored value no longer opens.
"""
import hashlib
import json
import struct


def rotl(x, n):
    return ((x << n) & 0xFFFFFFFF) | (x >> (32 - n))


def rounds(state):
    x = list(state)

    def quarter(a, b, c, d):
        x[a] = (x[a] + x[b]) & 0xFFFFFFFF; x[d] = rotl(x[d] ^ x[a], 16)
        x[c] = (x[c] + x[d]) & 0xFFFFFFFF; x[b] = rotl(x[b] ^ x[c], 12)
        x[a] = (x[a] + x[b]) & 0xFFFFFFFF; x[d] = rotl(x[d] ^ x[a], 8)
        x[c] = (x[c] + x[d]) & 0xFFFFFFFF; x[b] = rotl(x[b] ^ x[c], 7)

    for _ in range(10):
        quarter(0, 4, 8, 12); quarter(1, 5, 9, 13); quarter(2, 6, 10, 14); quarter(3, 7, 11, 15)
        quarter(0, 5, 10, 15); quarter(1, 6, 11, 12); quarter(2, 7, 8, 13); quarter(3, 4, 9, 14)
    return x


SIGMA = struct.unpack('<4I', b'expand 32-byte k')


def hchacha20(key, nonce16):
    x = rounds(SIGMA + struct.unpack('<8I', key) + struct.unpack('<4I', nonce16))
    return struct.pack('<8I', *(x[0:4] + x[12:16]))


def chacha20(key, nonce12, counter, size):
    out = b''
    while len(out) < size:
        state = SIGMA + struct.unpack('<8I', key) + (counter,) + struct.unpack('<3I', nonce12)
        out += struct.pack('<16I', *((a + b) & 0xFFFFFFFF for a, b in zip(rounds(state), state)))
        counter += 1
    return out[:size]


def poly1305(key, message):
    r = int.from_bytes(key[:16], 'little') & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    acc = 0
    for i in range(0, len(message), 16):
        acc = (acc + int.from_bytes(message[i:i + 16] + b'\x01', 'little')) * r % ((1 << 130) - 5)
    return ((acc + int.from_bytes(key[16:], 'little')) % (1 << 128)).to_bytes(16, 'little')


def xchacha20_poly1305(key, nonce, ad, text):
    subkey, nonce12 = hchacha20(key, nonce[:16]), bytes(4) + nonce[16:]
    sealed = bytes(a ^ b for a, b in zip(text, chacha20(subkey, nonce12, 1, len(text))))
    pad = lambda data: data + bytes(-len(data) % 16)
    message = pad(ad) + pad(sealed) + struct.pack('<QQ', len(ad), len(sealed))
    return sealed + poly1305(chacha20(subkey, nonce12, 0, 32), message)


def class_of(needed):
    step = max(64, 1 << max(0, needed.bit_length() - 1 - 3))
    return -(-needed // step) * step


def envelope(suite, domain, key, nonce, ad, text):
    okm = hashlib.blake2b(domain.encode().ljust(16, b'\0') + nonce + ad, key=key, digest_size=64).digest()
    return bytes([suite]) + nonce + okm[32:] + xchacha20_poly1305(okm[:32], nonce, ad, text)


def seal(plaintext, key, nonce, ad):
    head = struct.pack('>I', len(plaintext)) + plaintext
    return envelope(1, 'lethe value 01', key, nonce, ad, head.ljust(class_of(len(head)), b'\0'))


def wrap(key, kek, nonce, ad):
    return envelope(2, 'lethe wrap 02', kek, nonce, ad, key)


def synthetic(seed, size):
    """Bytes that look random and are the same every time."""
    return hashlib.shake_256(f'lethe format 1: {seed}'.encode()).digest(size)


def case(name, plaintext, ad, make):
    key, nonce = synthetic(f'{name} key', 32), synthetic(f'{name} nonce', 24)
    return {'name': name, 'key': key.hex(), 'nonce': nonce.hex(), 'ad': ad.hex(), 'plaintext': plaintext.hex(),
            'envelope': make(plaintext, key, nonce, ad).hex()}


if __name__ == '__main__':
    # draft-irtf-cfrg-xchacha-03, A.3.1
    assert xchacha20_poly1305(
        bytes(range(0x80, 0xA0)), bytes(range(0x40, 0x58)), bytes.fromhex('50515253c0c1c2c3c4c5c6c7'),
        b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
        b'sunscreen would be it.').hex().endswith('c0875924c1c7987947deafd8780acf49')
    values = [('a JSON string', b'"ada@example.com"', synthetic('ad', 117)), ('JSON null', b'null', b'')]
    values += [(f'{n} bytes', synthetic(f'value {n}', n), synthetic(f'ad {n}', n % 97))
               for n in (0, 1, 59, 60, 61, 64, 188, 1020, 1021, 2044, 2045, 5000)]
    wrapped = [(f'key {i}', synthetic(f'dek {i}', 32), synthetic(f'wrap ad {i}', 40 * i)) for i in range(3)]
    print(json.dumps({
        'about': 'Envelopes of format 1, synthetic, made by envelopes.format1.py. Every later version must open them.',
        'values': [case(*v, seal) for v in values],
        'wrappedKeys': [case(*w, wrap) for w in wrapped],
    }, indent=2))
