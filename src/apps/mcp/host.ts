import type { Host } from '../../compose/compose.ts';

/** What the person who set the server up has said. */
export interface ServerHost extends Pick<Host, 'env' | 'cwd'> {
  /** Folders whose repositories may be worked in, absolute; none leaves it to the client. */
  roots: readonly string[];
  /** The most one run may spend, USD as a decimal string; null leaves it to the configuration. */
  budgetUsd: string | null;
}
