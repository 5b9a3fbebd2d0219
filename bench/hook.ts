import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** How long a hook of the built command keeps its host waiting, ms, as a host starts it. `npm run bench:hook`. */
const LAUNCH = fileURLToPath(new URL('../plugin/launch.sh', import.meta.url));
const RUNS = 21;

const folder = mkdtempSync(path.join(tmpdir(), 'tercet-bench-hook-'));
const root = path.join(folder, 'repository');
const env = { ...process.env, TERCET_HOME: path.join(folder, 'home'), GIT_CONFIG_GLOBAL: '/dev/null' };
const git = (...args: string[]) =>
  spawnSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args], { cwd: root, env });

try {
  spawnSync('git', ['init', '-q', root], { env });
  for (let file = 0; file < 200; file++) writeFileSync(path.join(root, `${file}.js`), `export const it = ${file};\n`);
  git('add', '-A');
  git('commit', '-q', '-m', 'Start');
  const medians = [
    ['node -e 0', median(() => time('node', ['-e', '0'], ''))],
    ['session-start', median((run) => hook('session-start', `s${run}`))],
    ['user-prompt-submit', median(() => hook('user-prompt-submit', 's0'))],
    ['stop, nothing changed', median(() => hook('stop', 's0'))],
    ['stop, changed and held', median((run) => changed(run))],
  ];
  for (const [what, ms] of medians)
    process.stdout.write(`${String(what).padEnd(24)} ${Number(ms).toFixed(0).padStart(5)} ms\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function changed(run: number): number {
  writeFileSync(path.join(root, '0.js'), `export const it = 'changed ${run}';\n`);
  return hook('stop', 's0');
}

function hook(event: string, session: string): number {
  return time('sh', [LAUNCH, 'hook', event], JSON.stringify({ session_id: session, cwd: root, prompt: 'go on' }));
}

function time(command: string, args: readonly string[], input: string): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(command, args, { cwd: root, env, input, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return performance.now() - start;
}

function median(measure: (run: number) => number): number {
  const found = Array.from({ length: RUNS }, (_, run) => measure(run)).sort((a, b) => a - b);
  return found[Math.floor(RUNS / 2)] ?? 0;
}
