"""The epoch file of today, written a second time from the drawing in src/keyring/slots/epoch-file.ts, on Python's standard library.

    python3 test/keyring/epoch-slot.format2.py > test/keyring/epoch-slot.format2.json

made the committed vectors. Format 2 is frozen: a change of the output means that a vault no longer finds its epoch.
"""
import hashlib
import json
import struct


def domain(name):
    return name.encode().ljust(16, b'\0')


def text(value):
    return b'\x01' + struct.pack('>I', len(value)) + value.encode()


def data(value):
    return b'\x04' + struct.pack('>I', len(value)) + value


def keyed(use, key, size, label, *fields):
    message = bytes([1 + len(fields)]) + text(label) + b''.join(fields)
    return hashlib.blake2b(domain(use) + message, key=key, digest_size=size).digest()


def epoch_file(root_key, vault, epoch, secret):
    check_key = keyed('lethe kdf', root_key, 32, 'lethe/file-slot-check/1')
    body = b'LETHE-E2' + vault.encode().ljust(32, b'\0') + struct.pack('>I', epoch) + secret
    return body + keyed('lethe mac', check_key, 16, 'lethe/file-slot/2', data(body))


def synthetic(seed):
    return hashlib.shake_256(f'lethe epoch slot 2: {seed}'.encode()).digest(32)


if __name__ == '__main__':
    cases = []
    for epoch in (1, 2, 4_000_000_000):
        vault = 'vlt_' + hashlib.sha256(str(epoch).encode()).hexdigest()[:26]
        root_key, secret = synthetic(f'root key {epoch}'), synthetic(f'secret {epoch}')
        cases.append({'rootKey': root_key.hex(), 'vault': vault, 'epoch': epoch, 'secret': secret.hex(),
                      'file': epoch_file(root_key, vault, epoch, secret).hex()})
    print(json.dumps({'about': 'Epoch files of format 2, synthetic, made by epoch-slot.format2.py.', 'cases': cases},
                     indent=2))
