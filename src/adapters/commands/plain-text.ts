const ESCAPES = [
  // OSC, DCS, PM, APC, SOS up to their end; one that never ends is taken up to the end of its line.
  /(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c\n]*(?:\u0007|\u001b\\|\u009c)?/gu,
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]?/gu,
  /\u001b[ -/]*[0-~]?/gu,
];
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/gu;

/** What a person would read of terminal output: no control sequences, of a line drawn over itself the last state. */
export function plainText(output: string): string {
  const text = ESCAPES.reduce((rest, pattern) => rest.replace(pattern, ''), output).replace(/\r+\n/gu, '\n');
  const lines = text.split('\n').map((line) => {
    if (!line.includes('\r')) return line;
    return line.split('\r').findLast((state) => state.trim() !== '') ?? '';
  });
  return lines.join('\n').replace(CONTROL, '');
}
