/** The settings that concern what stands in front of the vault, as zod reads them from text. */
import { z } from 'zod';
import { readNetwork } from './network-address.ts';

/** Networks, as text: who uses them reads them again. */
export const trustedProxies = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .refine((parts) => parts.every((part) => readNetwork(part) !== undefined), {
    error:
      'must be addresses or networks in CIDR notation, with commas between them, such as 10.0.0.2,2001:db8:7::/64; ' +
      'no bits beyond the prefix, and not /0',
  });

/** An origin and the start of a path, without a slash at its end. */
export const publicUrl = z
  .string()
  .refine(isPublicUrl, {
    error: 'must be an http or https URL without a user, a query or a fragment, such as https://api.example.com/vault',
  })
  .transform((text) => new URL(text).href.replace(/\/+$/, ''));

function isPublicUrl(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isHttp = url?.protocol === 'https:' || url?.protocol === 'http:';
  return isHttp && !/[?#]/.test(text) && url.username === '' && url.password === '';
}
