/** Short random ids that can be read out and typed: 8 characters of Crockford's base 32, lower case (40 bits). */
import { randomBytes } from 'node:crypto';

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

export const idPattern = /^[0-9a-hjkmnp-tv-z]{8}$/;

export function newId(): string {
  return Array.from(randomBytes(8), (byte) => alphabet[byte & 31]).join('');
}
