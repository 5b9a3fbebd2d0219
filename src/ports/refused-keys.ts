/** A key that its provider has refused. */
export interface RefusedKey {
  /** The provider's own words, redacted. */
  message: string;
  /** ISO 8601, UTC. */
  since: string;
}

/**
 * Keys that were refused, for all runs of this person's data folder: a run on such a key waits instead of asking again.
 * Keys are known by the agent's `keyId` only. A new key has another id, so it is free at once.
 */
export interface RefusedKeys {
  /** null when nothing is known against the key. */
  find(keyId: string): RefusedKey | null;
  /** Durable when it returns. */
  mark(keyId: string, refused: RefusedKey): void;
  /** Clears them all, so that each is tried once more; how many there were. */
  clearAll(): number;
}
