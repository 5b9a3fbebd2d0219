/** Loaded into a command with `--import`: its standard input and error call themselves terminals. */
for (const stream of [process.stdin, process.stderr]) Object.defineProperty(stream, 'isTTY', { value: true });
