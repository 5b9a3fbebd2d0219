import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable, Writable } from 'node:stream';
import { main } from '../../src/apps/cli/main.ts';

/** Runs a command in this process, in an empty folder, with a home of its own. */
export async function runCli(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const home = mkdtempSync(path.join(tmpdir(), 'tercet-docs-'));
  const into = (chunks: string[]) =>
    new Writable({
      write(chunk, _, done) {
        chunks.push(String(chunk));
        done();
      },
    });
  const [stdout, stderr]: [string[], string[]] = [[], []];
  try {
    const code = await main(args, {
      stdin: Readable.from([]),
      stdout: into(stdout),
      stderr: into(stderr),
      cwd: home,
      env: { PATH: process.env.PATH, HOME: home, TERCET_HOME: home, CI: '1' },
    });
    return { code, stdout: stdout.join(''), stderr: stderr.join('') };
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
