/** What a setting of a repository could do, by which a person judges it. */
export type AskedKind = 'command' | 'model' | 'text' | 'gate' | 'limit';

/** One setting of a repository's `tercet.yaml` that takes effect only after the person has seen it. */
export interface AskedSetting {
  /** Place in the file, list entries counted from 1: `checks.1`, `roles.executor.model`. */
  key: string;
  /** null stands for an empty list. */
  value: string | number | boolean | null;
  kind: AskedKind;
}

/** That the person has seen these settings and said yes. */
export interface TrustRecord {
  /** The repository's key (see ports/workspace). */
  repository: string;
  /** Where it was then; for people. */
  root: string;
  /** Of the settings, 64 hexadecimal digits: other settings are not trusted. */
  sha256: string;
  /** ISO 8601, UTC. */
  at: string;
  settings: AskedSetting[];
}
