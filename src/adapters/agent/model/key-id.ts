import { createHash } from 'node:crypto';
import type { ProviderSettings } from './settings.ts';

/** Tells one key from another and cannot be turned back: 128 bits of SHA-256. null without a key. */
export function keyIdOf({ name, apiKey }: Pick<ProviderSettings, 'name' | 'apiKey'>): string | null {
  return apiKey === null ? null : createHash('sha256').update(`${name} ${apiKey}`).digest('hex').slice(0, 32);
}
