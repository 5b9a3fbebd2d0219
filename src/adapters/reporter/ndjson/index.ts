import type { Reporter } from '../../../ports/reporter.ts';
import { jsonLine } from '../../../report/json.ts';
import { openSink, type SinkStream } from '../sink.ts';

/**
 * Events for machines: one JSON object a line, as recorded. When the reader falls behind, `call.progressed` is left
 * out (the next one says the same and more); every other event is written.
 */
export function ndjsonReporter(stream: SinkStream): Reporter {
  const sink = openSink(stream);
  return {
    report(event) {
      if (event.type === 'call.progressed' && sink.busy) return;
      sink.write(`${jsonLine(event)}\n`);
    },
    close: () => sink.close(),
  };
}
