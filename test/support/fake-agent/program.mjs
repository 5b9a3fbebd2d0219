// Stands in for a coding agent's program: replays a transcript of the real one, and does in the folder what it is told.
// Plain JavaScript with nothing but Node, because it is started as the program itself.
import { execFileSync, spawn } from 'node:child_process';
import { appendFileSync, chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const [folder, ...args] = process.argv.slice(2);
if (args[0] === '--version') {
  process.stdout.write('9.9.9 (fake)\n');
  process.exit(0);
}
// Whether it is logged in, as Claude Code, Codex and Cursor say it.
const LOGINS = {
  'auth status': '{"loggedIn":true,"authMethod":"claude.ai"}',
  'login status': 'Logged in using ChatGPT',
  status: 'Logged in as ada@example.org',
};
if (Object.hasOwn(LOGINS, args.join(' '))) {
  process.stdout.write(`${LOGINS[args.join(' ')]}\n`);
  process.exit(0);
}

/** Turns may run side by side: a folder is made by one of them only. */
function nextTurn() {
  for (let index = 0; ; index++) {
    try {
      mkdirSync(path.join(folder, `turn-${index}`));
      return index;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
  }
}

const index = nextTurn();
const turns = JSON.parse(readFileSync(path.join(folder, 'turns.json'), 'utf8'));
const turn = turns[index] ?? { stderr: `the script has no turn ${index}`, exit: 1 };
const input = turn.acp === undefined ? readFileSync(0, 'utf8') : '';
const cwd = process.cwd();
const child = turn.child === undefined ? null : startChild(turn.child);
appendFileSync(
  path.join(folder, 'calls.ndjson'),
  `${JSON.stringify({ index, args, input, cwd, env: process.env, pid: process.pid, child })}\n`,
);

/** A process of its own that only waits; `apart` from the group and session of this one. It ends by itself in a minute. */
function startChild(kind) {
  const started = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'], {
    detached: kind === 'apart',
    stdio: 'ignore',
  });
  started.unref();
  return started.pid;
}

function work() {
  for (const [name, content] of Object.entries(turn.write ?? {})) {
    mkdirSync(path.dirname(path.resolve(cwd, name)), { recursive: true });
    writeFileSync(path.resolve(cwd, name), content);
  }
  for (const name of turn.executable ?? []) chmodSync(path.resolve(cwd, name), 0o755);
  for (const command of turn.git ?? []) {
    const who = ['-c', 'user.name=Agent', '-c', 'user.email=agent@example.org'];
    execFileSync('git', [...who, ...command], { cwd, stdio: 'pipe' });
  }
}

if (turn.acp !== undefined) {
  const rows = readFileSync(turn.acp, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const { converse } = await import('./acp.mjs');
  await converse({ rows, turn, index, folder, cwd, deeds: async () => work() });
  process.exit(0);
}
work();
if (turn.stderr !== undefined) process.stderr.write(turn.stderr);
const lines = turn.transcript === undefined ? [] : readFileSync(turn.transcript, 'utf8').trimEnd().split('\n');
for (const line of [...lines, ...(turn.lines ?? [])]) {
  const said = (typeof line === 'string' ? line : JSON.stringify(line))
    .replaceAll('/home/dev/repo', turn.cwd ?? cwd)
    .replaceAll('"/repo', `"${turn.cwd ?? cwd}`);
  const event = JSON.parse(said);
  if (event.type === 'result' && turn.answer !== undefined)
    Object.assign(event, { result: JSON.stringify(turn.answer), structured_output: turn.answer });
  if (event.item?.type === 'agent_message' && turn.answer !== undefined) event.item.text = JSON.stringify(turn.answer);
  process.stdout.write(`${JSON.stringify(event)}\n`);
}
if (turn.hang === true) setTimeout(() => {}, 60_000);
else process.exitCode = turn.exit ?? 0;
