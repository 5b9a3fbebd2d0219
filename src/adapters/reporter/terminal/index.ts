import type { RecordedEvent } from '../../../contract/event.ts';
import type { Reporter } from '../../../ports/reporter.ts';
import { ANSI, PLAIN } from '../../../report/palette.ts';
import type { Money } from '../../../report/phrases.ts';
import { advance, type Progress, START } from '../../../report/progress.ts';
import { linesOf, type Verbosity } from '../../../report/progress-lines.ts';
import { liveLines } from '../../../report/progress-live.ts';
import { openSink, type SinkStream } from '../sink.ts';
import { openRegion } from './region.ts';
import { type EndingProcess, restoreOnExit } from './restore-on-exit.ts';

export interface TerminalReporterOptions {
  /** Usually stderr: stdout belongs to the result. */
  stream: SinkStream & { readonly columns?: number };
  /** A live region below the lines. Only on a terminal that is not dumb, and not in CI. */
  live: boolean;
  colour: boolean;
  verbosity: Verbosity;
  money: Money;
  /** ms since the epoch; for tests. */
  now?: () => number;
  /** Calls `tick` every `ms`, returns how to stop; for tests. */
  every?: (ms: number, tick: () => void) => () => void;
  host?: EndingProcess;
}

/** A reporter whose live region can step aside while something else, a prompt or an editor, has the terminal. */
export interface TerminalReporter extends Reporter {
  pause(): void;
  resume(): void;
}

// Ten repaints a second look alive; each writes only the lines that changed.
const FRAME_MS = 100;

/** Shows a run to a person: a line per meaningful event, and on a terminal a live region below them. */
export function terminalReporter(options: TerminalReporterOptions): TerminalReporter {
  const { stream, verbosity, money, now = Date.now, every = everyUnref } = options;
  const palette = options.colour ? ANSI : PLAIN;
  const live = options.live && verbosity !== 'quiet';
  const sink = openSink(stream);
  const region = openRegion(sink);
  let state: Progress = START;
  let frame = 0;
  let paused = false;
  let closed = false;
  let stopTicking: (() => void) | null = null;
  const forget = live ? restoreOnExit(() => region.clear(), options.host) : () => {};

  const repaint = () => {
    // A terminal that is behind gets the next frame instead: frames must never queue up.
    if (!live || paused || closed || sink.busy) return;
    const width = Math.max(20, stream.columns ?? 80);
    region.paint(liveLines(state, { money, palette, width, now: now(), frame }));
  };
  const tick = () => {
    frame += 1;
    repaint();
  };

  const show = (event: RecordedEvent) => {
    state = advance(state, event);
    if (live && stopTicking === null) stopTicking = every(FRAME_MS, tick);
    region.print(linesOf(event, { verbosity, palette, money }));
    // Output arrives many times a second; the next frame shows it.
    if (event.type !== 'call.progressed') repaint();
  };

  return {
    report(event) {
      if (closed) return;
      try {
        show(event);
      } catch {
        // A display must not end a run: a malformed event is left out here and stands in the run's own record.
      }
    },
    pause() {
      paused = true;
      region.clear();
    },
    resume() {
      paused = false;
      repaint();
    },
    close() {
      if (closed) return;
      stopTicking?.();
      region.clear();
      closed = true;
      forget();
      sink.close();
    },
  };
}

function everyUnref(ms: number, tick: () => void): () => void {
  const timer = setInterval(tick, ms);
  timer.unref();
  return () => clearInterval(timer);
}
