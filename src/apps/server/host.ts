import type { ServerHost } from '../runs/roots.ts';
import type { Tokens } from './guard/tokens.ts';

/** Bounds that keep one client from taking the server from the others. Times in ms. */
export interface Limits {
  /** Requests of one token in a minute. */
  requestsPerMinute: number;
  /** Requests without a known token from one address in a minute, before it is told to wait. */
  refusalsPerMinute: number;
  followers: number;
  connections: number;
  /** Body of a request, bytes; of one that brings a patch, `patchBytes`. */
  bodyBytes: number;
  patchBytes: number;
  /** How long the headers of a request, and all of it, may take. */
  headersMs: number;
  requestMs: number;
  /** A follower hears something at least this often. */
  heartbeatMs: number;
  /** A follower that takes nothing for this long is let go. */
  stallMs: number;
  /** How often the file of a run that another process carries on is looked at. */
  pollMs: number;
  /** Waits before the tries of a webhook after the first. */
  webhookDelaysMs: readonly number[];
  webhookTimeoutMs: number;
}

/** Where a figure has no other source, it is a guess that leaves ample room for honest use by one team. */
export const LIMITS: Limits = {
  requestsPerMinute: 600,
  refusalsPerMinute: 30,
  followers: 256,
  connections: 512,
  bodyBytes: 1_048_576,
  // As large as the tools of the MCP server take one, with its escapes.
  patchBytes: 8_388_608,
  headersMs: 10_000,
  requestMs: 30_000,
  // Proxies close what is silent for 30 to 60 seconds.
  heartbeatMs: 15_000,
  stallMs: 30_000,
  pollMs: 500,
  webhookDelaysMs: [1_000, 5_000, 30_000, 120_000, 600_000],
  webhookTimeoutMs: 10_000,
};

/** Where runs may say that they have something to tell, and the secret that signs it. */
export interface WebhookRules {
  /** Addresses; one that ends in `/` stands for all below it. */
  urls: readonly string[];
  /** `whsec_…`; null when there is none, and then there are no addresses. */
  secret: string | null;
}

/** What the person who starts the server has said. */
export interface ApiHost extends ServerHost {
  tokens: Tokens;
  /** Names this server answers to, `name` for any port or `name:port`, in lower case. */
  hosts: ReadonlySet<string>;
  origins: ReadonlySet<string>;
  /** Under which address callers reach it, where that is not the one they used. */
  publicUrl: string | null;
  /** How many runs may be at work at once. */
  maxRuns: number;
  webhooks: WebhookRules;
  limits: Limits;
  /** For the person at the server: one line. */
  log(line: string): void;
}
