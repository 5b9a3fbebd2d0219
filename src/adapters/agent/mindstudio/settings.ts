import type { Lineage } from '../../../contract/role.ts';

/** Where MindStudio is called and with which key. All of it is given: its SDK finds nothing out by itself. */
export interface MindStudioSettings {
  readonly kind: 'mindstudio';
  readonly name: string;
  /** Without the version path, e.g. `https://v1.mindstudio-api.com`. */
  readonly baseUrl: string;
  /** null: no call is made. */
  readonly apiKey: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** Never: it runs on nobody's own machine. */
  readonly local: false;
  /** The most credits a turn takes, a decimal string; absent when nobody has said. */
  readonly creditsPerTurn?: string;
}

export interface MindStudioAgentOptions {
  /** As `mindstudio/model`; what follows the first slash goes to the API as it stands. */
  readonly model: string;
  readonly provider: MindStudioSettings;
  readonly lineage: Lineage;
  /** After which a turn is ended, in ms; 290 s unless told. */
  readonly deadlineMs?: number;
  /** Transport; the global `fetch` unless told. */
  readonly fetch?: typeof fetch;
}
