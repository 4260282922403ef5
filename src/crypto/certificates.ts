/** Reads X.509 certificates. Does not judge who issued them. */
import { X509Certificate } from 'node:crypto';

/** @param pem the first certificate in it counts @throws for what is none */
export function endOfCertificate(pem: Buffer): Date {
  return new X509Certificate(pem).validToDate;
}
