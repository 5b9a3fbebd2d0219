/**
 * What a run has settled besides its paid calls: answers of the person, the approved plan, failed proofs, finished
 * tasks and reviews. A run that is resumed recalls instead of asking and doing again. Disposable: without it a resumed
 * run asks again and runs commands again, and receipts and commits still stand.
 */
export interface Journal {
  /** The value recorded under a key of this run; undefined when there is none. */
  recall(key: string): unknown;
  /** Durable when it returns. A key is recorded once; a second value for it is kept, and is the one recalled. */
  record(key: string, value: unknown): void;
}
