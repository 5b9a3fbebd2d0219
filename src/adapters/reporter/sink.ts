/** The part of a writable stream a reporter uses; `process.stderr` and test streams fit. */
export interface SinkStream {
  write(text: string): boolean;
  on(event: 'error', listener: (error: Error) => void): unknown;
  off(event: 'error', listener: (error: Error) => void): unknown;
  readonly writableNeedDrain?: boolean;
  readonly destroyed?: boolean;
}

/** Writes that never throw, never wait, and stop for good when the reader has gone (EPIPE). */
export interface Sink {
  write(text: string): void;
  /** True while the reader is behind: what can be left out should be. */
  readonly busy: boolean;
  close(): void;
}

/** A sink on a stream; the stream stays open when the sink is closed, because it is not the reporter's own. */
export function openSink(stream: SinkStream): Sink {
  let gone = false;
  const onError = () => {
    gone = true;
  };
  stream.on('error', onError);
  return {
    write(text) {
      if (gone || stream.destroyed === true) return;
      try {
        stream.write(text);
      } catch {
        gone = true;
      }
    },
    get busy() {
      return stream.writableNeedDrain === true;
    },
    close() {
      // An error of the last write is emitted after this turn; without a listener it would end the process.
      setTimeout(() => stream.off('error', onError), 1_000).unref();
    },
  };
}
