import { refusal, refusalInJson, type Scene } from './scene.ts';

/** One command line a user may type: what it is, its words, and what is piped in. */
export interface Attempt {
  what: string;
  args: readonly string[];
  cwd?: string;
  input?: string;
  env?: Record<string, string>;
}

/** How many command lines run at once. */
const AT_ONCE = 2;

/**
 * What a user is told for each of these, as one text to read: the words typed, the exit code, and stderr. Stdout holds
 * nothing but the one object, and no model was called. The first is run without `--json` too: both forms say the same,
 * since one piece of code writes all of them.
 */
export async function tellAll(at: Scene, attempts: readonly Attempt[]): Promise<string> {
  const told: string[] = [];
  const work = attempts.entries();
  const worker = async () => {
    for (const [index, { what, args, ...more }] of work) {
      const { code, stderr, error } = await (index === 0 ? refusal : refusalInJson)(at, args, more);
      told[index] = `# ${what}\n$ tercet ${args.map(quoted).join(' ')}\n${stderr}exit ${code}, ${String(error.code)}\n`;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  if (at.server.log.length > 0) throw new Error(`${at.server.log.length} model call(s) were made`);
  return told.join('\n').replaceAll(at.repository.root, 'REPO').replaceAll(at.home.folder, 'HOME');
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word}'`;
}
