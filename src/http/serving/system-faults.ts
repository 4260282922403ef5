/**
 * Tells the operator what the operating system refused: the path, address or port, and what to do. A setting, a missing
 * right or a full disk is no defect of the vault.
 *
 * Guarantees: the text never holds a file's content. It holds only the error's code, its call and its path.
 */
import { remedyFor } from '../../storage/errors.ts';

const ADDRESSES: Readonly<Record<string, string>> = {
  EADDRNOTAVAIL: 'cannot listen there: this machine has no such address (EADDRNOTAVAIL). Check LETHE_HOST.',
  EACCES: 'cannot listen there: this user may not take this port (EACCES). Set LETHE_PORT to 1024 or more.',
  EAFNOSUPPORT: 'cannot listen there: this machine has no addresses of that kind (EAFNOSUPPORT). Check LETHE_HOST.',
};
const CALLS: Readonly<Record<string, string>> = { mkdir: 'make', write: 'write', rename: 'write', link: 'write' };
const KNOWN = /^(EACCES|EPERM|EROFS|ENOSPC|EDQUOT|ENOTDIR|EISDIR|ENOENT|EMFILE|ENFILE|EIO|ELOOP|ENAMETOOLONG|EEXIST)$/;

/** @returns undefined if the error is not the system's, or if nothing can be said about it */
export function systemFault(error: unknown): string | undefined {
  const { code, syscall, path, port } = (error ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof code !== 'string' || typeof syscall !== 'string') return undefined;
  if (syscall === 'listen' || syscall === 'bind') {
    if (code === 'EADDRINUSE') {
      const which = typeof port === 'number' ? `port ${port}` : 'port';
      return `the ${which} is taken, perhaps by a server of this vault that runs already. Stop it, or set LETHE_PORT to another port.`;
    }
    return ADDRESSES[code] ?? `cannot listen there (${code}). Check LETHE_HOST and LETHE_PORT.`;
  }
  if (syscall === 'getaddrinfo') {
    return `cannot listen there: nobody knows this host (${code}). Set LETHE_HOST to an address of this machine.`;
  }
  if (!KNOWN.test(code)) return undefined;
  const what = typeof path === 'string' ? `${CALLS[syscall] ?? 'open'} ${path}` : `${CALLS[syscall] ?? 'use'} a file`;
  return [`cannot ${what} (${code}).`, remedyFor(code)].filter(Boolean).join(' ');
}
