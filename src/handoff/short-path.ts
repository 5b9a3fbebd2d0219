import type { PlannedFile, Task } from '../contract/plan.ts';
import { concreteness } from './concrete.ts';
import { oneLine, showHidden } from './hidden.ts';
import { closestPath, pathProblem } from './paths.ts';
import type { RepositoryFacts } from './plan-rules/rule.ts';

export interface ShortPathOptions {
  /** `--no-plan`: the person has decided that no planner is needed; then only the files have to be clear. */
  forced?: boolean;
}

const MAX_WORDS = 60;
const MAX_FILES = 2;

/** Words of work that wants a plan: several steps, a shape to be found, or many places. */
const LARGE =
  /\b(?:and then|then also|also|additionally|as well as|afterwards|after that|finally|features?|designs?|redesign\w*|architect\w*|refactor\w*|restructur\w*|rewrit\w*|migrat\w*|port(?:ing)? (?:to|from)|integrat\w*|implement\w*|introduc\w*|support for|everywhere|across|throughout|all (?:the )?(?:files|modules|places|usages|callers|endpoints|tests)|every (?:file|module|place|usage|caller|endpoint)|end[- ]to[- ]end|upgrad\w*|schema|database|auth(?:entication|orization)?|security)\b/iu;

const LIST_ITEM = /^\s*(?:[-*+]|\d+[.)])\s+\S/gmu;

type Files = { files: PlannedFile[] } | { no: string };

/**
 * Decides by rule whether a request can go to the executor without a planner: it is short and concrete, names one or two
 * existing files, and has no word of larger work. `no` says in one sentence why not, for the person to read. With
 * `forced`, length, wording and number of files do not matter, and a file that is not there yet is to be created; `no`
 * then says which files to name. The task never touches a file the request does not name, and is reviewed like any.
 */
export function shortPath(
  request: string,
  facts: Pick<RepositoryFacts, 'paths'>,
  options: ShortPathOptions = {},
): { task: Task } | { no: string } {
  const text = showHidden(request).trim();
  if (!options.forced) {
    const large = whyLarge(text);
    if (large) return { no: large };
  }
  const named = filesNamed(text, facts.paths, options.forced === true);
  if ('no' in named) return named;
  const { files } = named;
  if (!options.forced && files.length > MAX_FILES) {
    return { no: `The request names ${files.length} files; without a plan it may be ${MAX_FILES}.` };
  }
  return { task: taskOf(text, files) };
}

function whyLarge(text: string): string | null {
  const words = text.split(/\s+/u).length;
  if (words > MAX_WORDS) return `The request has ${words} words; without a plan it may be ${MAX_WORDS}.`;
  if ((text.match(LIST_ITEM)?.length ?? 0) > 1) return 'The request is a list of several things.';
  // Names in code are no words: "src/features/a.ts" is not about a feature.
  const large = LARGE.exec(text.replace(/`[^`]*`|\S*[/.]\S*\w/gu, ' '))?.[0];
  if (large) return `The request says "${large.toLowerCase()}", which wants a plan.`;
  const said = concreteness(text.replace(/\S*\/\S*/gu, ' '));
  if (said.outcomes === 0 && !said.values && !said.condition) {
    return 'The request does not say what is different afterwards (an outcome, a value, a condition).';
  }
  return null;
}

/** "Delete a.js", but not "delete a.js from the list": what goes then is something else than the file. */
function actionOn(token: string, text: string): PlannedFile['action'] {
  const name = token.replace(/[.*+?^${}()|[\]\\]/gu, '\\$&');
  const gone = new RegExp(
    `\\b(?:delete|remove)\\s+(?:the\\s+)?(?:unused\\s+|dead\\s+)?(?:file\\s+)?[\`"'./]*${name}[\`"']?(?:\\s+file)?\\s*(?:[,;:!?]|\\.(?:\\s|$)|\\band\\b|$)`,
    'iu',
  );
  return gone.test(text) ? 'delete' : 'modify';
}

/** The files a request names, by path or by a file name that only one file has. */
function filesNamed(text: string, paths: ReadonlySet<string>, mayCreate: boolean): Files {
  const found = new Map<string, PlannedFile>();
  for (const token of pathLike(text, paths)) {
    if (paths.has(token)) {
      found.set(token, { path: token, action: actionOn(token, text) });
      continue;
    }
    const homes = [...paths].filter((path) => path.endsWith(`/${token}`));
    const [home, second] = homes;
    if (home !== undefined && second === undefined) {
      found.set(home, { path: home, action: actionOn(token, text) });
    } else if (second !== undefined) {
      return { no: `"${token}" could be ${homes.slice(0, 3).join(' or ')}. Name the file by its whole path.` };
    } else if (mayCreate && token.includes('.') && !pathProblem(token)) {
      found.set(token, { path: token, action: 'create' });
    } else {
      const near = closestPath(token, paths);
      return { no: `There is no file "${token}" in the repository.${near ? ` Did you mean ${near}?` : ''}` };
    }
  }
  if (found.size === 0) {
    return { no: 'The request names no file. Name the one or two files to change by their paths, e.g. src/app.ts.' };
  }
  return { files: [...found.values()] };
}

/** What in a text is meant as a file: a path with `/` and an extension, or a word that is a file name here. */
function pathLike(text: string, paths: ReadonlySet<string>): Set<string> {
  const names = new Set([...paths].map((path) => path.slice(path.lastIndexOf('/') + 1)));
  const tokens = new Set<string>();
  for (const raw of text.split(/[\s`"'“”‘’()<>[\]{},;|]+/u)) {
    const token = raw.replace(/(?:[:#]L?\d+(?:[-:]L?\d+)*)?[.:!?]*$/u, '').replace(/^\.\//u, '');
    if (token === '' || /^\w+:\/\//u.test(token)) continue;
    const isPath =
      paths.has(token) || names.has(token) || /^[\w@~.+-]+(?:\/[\w@~.+-]+)*\/[\w@~+-]*\.[A-Za-z]\w{0,9}$/u.test(token);
    const isName =
      /^[\w-]+(?:\.[\w-]+)*\.(?:[cm]?[jt]sx?|py|rb|go|rs|java|kt|cs|php|c|h|cpp|md|json|ya?ml|toml|html|css|sh|sql|txt)$/u.test(
        token,
      );
    if (isPath || isName) tokens.add(token);
  }
  return tokens;
}

function taskOf(text: string, files: PlannedFile[]): Task {
  const first = text.split(/\n|(?<=[.!?])\s/u).find((line) => line.trim() !== '') ?? text;
  return {
    id: 'T1',
    title: oneLine(first, 72).replace(/\.$/u, ''),
    behaviour: text,
    files,
    symbols: [],
    criteria: [{ id: 'T1.1', text: `As the request says: ${oneLine(text, 400)}`, command: null }],
    dependsOn: [],
    read: [],
  };
}
