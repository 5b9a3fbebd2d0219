import type { RecordedEvent } from '../contract/event.ts';

/** Shows or stores what a run says. Never throws, never delays the run. */
export interface Reporter {
  report(event: RecordedEvent): void;
  /** Ends the display (a live region, an open stream). */
  close(): void;
}
