/** A certificate that signs itself, for two days, made with `openssl`. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** @param names as of `subjectAltName` @returns the paths of both files, in the folder */
export function makeCertificate(
  folder: string,
  names: string,
  [certificate, key] = ['certificate.pem', 'key.pem'],
): { certificate: string; key: string } {
  const made = { certificate: join(folder, certificate as string), key: join(folder, key as string) };
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const subject = ['-subj', '/CN=localhost', '-addext', `subjectAltName=${names}`];
  const files = ['-keyout', made.key, '-out', made.certificate];
  execFileSync('openssl', ['req', ...kind, ...files, ...subject], { stdio: 'pipe' });
  return made;
}
