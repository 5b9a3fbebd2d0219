/** One thing looked at. `detail` may have several lines; `fix` says what to do when it is not well. */
export interface Check {
  name: string;
  state: 'ok' | 'warning' | 'problem';
  detail: string;
  fix: string | null;
}
