import { PassThrough } from 'node:stream';
import type { Io } from '../../src/apps/cli/io.ts';
import { main } from '../../src/apps/cli/main.ts';

/** The command line in this process, from the sources and without a terminal: for what needs no bundle and no repository. */
export async function inProcess(
  args: readonly string[],
  options: Partial<Pick<Io, 'env' | 'cwd' | 'stdin'>> = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const stdin = options.stdin ?? new PassThrough().end();
  const { env = {}, cwd = process.cwd() } = options;
  const code = await main(args, { stdin, stdout, stderr, env, cwd });
  return { code, stdout: textOf(stdout), stderr: textOf(stderr) };
}

function textOf(stream: PassThrough): string {
  return String(stream.read() ?? '');
}
