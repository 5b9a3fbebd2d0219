import { closestPath, foldPath, pathProblem } from '../paths.ts';
import { isSensitive } from '../sensitive.ts';
import type { Found, Mention, Rule, Subject } from './rule.ts';

const show = JSON.stringify;

export const pathRules: readonly Rule[] = [
  {
    id: 'path-unsafe',
    severity: 'error',
    summary: 'Every path stays in the repository, out of .git, and reads as what it is.',
    *check({ mentions }) {
      for (const { path, at, task } of mentions) {
        const problem = pathProblem(path);
        if (problem) yield { at, task, message: `The path ${show(path)} ${problem}.` };
      }
    },
  },
  {
    id: 'path-missing',
    severity: 'error',
    summary: 'A file to modify, delete or read is there, or an earlier task creates it.',
    *check(subject) {
      for (const mention of subject.mentions) {
        const { path, use, at, task } = mention;
        if (use === 'create' || use === 'symbol' || pathProblem(path) || otherCase(mention, subject)) continue;
        if (subject.treeBefore(task).has(path)) continue;
        // A file the task itself creates: harmless in `read`, and in `files` it is named twice.
        if (task.files.some((file) => file.action === 'create' && file.path === path)) continue;
        yield { at, task, message: `There is no ${show(path)} to ${use}. ${whereInstead(mention, subject)}` };
      }
    },
  },
  {
    id: 'path-exists',
    severity: 'error',
    summary: 'A file to create is not there yet, and its place is free.',
    *check(subject) {
      const folders = foldersOf(subject.facts.paths);
      for (const mention of subject.mentions) {
        const { path, use, at, task } = mention;
        if (use !== 'create' || pathProblem(path) || otherCase(mention, subject)) continue;
        const tree = subject.treeBefore(task);
        if (tree.has(path)) {
          const by = subject.facts.paths.has(path) ? 'exists already' : 'is created by an earlier task already';
          yield { at, task, message: `${show(path)} ${by}. Use the action "modify", or choose another path.` };
        } else if (folders.has(path)) {
          yield { at, task, message: `${show(path)} is a folder. Name a file in it.` };
        } else {
          const file = [...foldersOf([path])].find((folder) => tree.has(folder));
          if (file)
            yield { at, task, message: `${show(path)} cannot be created: ${show(file)} is a file, not a folder.` };
        }
      }
    },
  },
  {
    id: 'path-case',
    severity: 'error',
    summary: 'No path differs from another only in case or Unicode form.',
    *check(subject) {
      for (const mention of subject.mentions) {
        const other = otherCase(mention, subject);
        if (!other || pathProblem(mention.path)) continue;
        const message = `${show(mention.path)} differs from ${show(other)} only in case or Unicode form, which some file systems take for one file. Write it as ${show(other)}, or choose another name.`;
        yield { at: mention.at, task: mention.task, message };
      }
    },
  },
  {
    id: 'path-twice',
    severity: 'error',
    summary: 'A task names a file once.',
    check: ({ mentions }) => doubles(mentions, false),
  },
  {
    id: 'create-delete',
    severity: 'error',
    summary: 'A task does not create and delete the same file.',
    check: ({ mentions }) => doubles(mentions, true),
  },
  {
    id: 'sensitive-file',
    severity: 'warning',
    summary:
      'Files that run code or steer tools (CI, hooks, editors, package scripts, lock files, agents) are pointed out.',
    *check({ mentions }) {
      for (const { path, use, at, task } of mentions) {
        const why = use === 'read' || use === 'symbol' ? null : isSensitive(path);
        if (why) yield { at, task, message: `${show(path)} is ${why}. Check that the request asks for this edit.` };
      }
    },
  },
];

/** The existing or planned path that differs from this one only in case or normalisation; null when there is none. */
function otherCase({ path, use }: Mention, { byFold, facts }: Subject): string | null {
  if (facts.paths.has(path)) return null;
  const alike = byFold.get(foldPath(path));
  if (!alike || (use !== 'create' && alike.has(path))) return null;
  return [...alike].find((other) => other !== path) ?? null;
}

function whereInstead({ path, task, use }: Mention, subject: Subject): string {
  const creator = subject.plan.tasks.find((other) =>
    other.files.some((file) => file.action === 'create' && file.path === path),
  );
  if (creator) return `${creator.id} creates it, but ${task.id} does not depend on ${creator.id}: add it to dependsOn.`;
  if (subject.facts.paths.has(path)) return 'An earlier task deletes it.';
  if (foldersOf(subject.facts.paths).has(path)) return 'It is a folder: name the files in it.';
  const near = closestPath(path, subject.treeBefore(task));
  if (near) return `Did you mean ${show(near)}?`;
  return use === 'modify' ? 'Use the action "create" for a new file.' : 'Leave it out.';
}

function* doubles(mentions: readonly Mention[], contradictory: boolean): Iterable<Found> {
  const first = new Map<string, Mention>();
  for (const mention of mentions) {
    if (mention.use === 'read' || mention.use === 'symbol') continue;
    const key = `${mention.at.slice(0, mention.at.indexOf('.'))} ${foldPath(mention.path)}`;
    const before = first.get(key);
    if (!before) {
      first.set(key, mention);
      continue;
    }
    const uses = new Set([before.use, mention.use]);
    if ((uses.has('create') && uses.has('delete')) !== contradictory) continue;
    const message = contradictory
      ? `${mention.task.id} both creates and deletes ${show(mention.path)}. Keep one of the two.`
      : `${mention.task.id} names ${show(mention.path)} twice. Keep one entry with the action that is meant.`;
    yield { at: mention.at, task: mention.task, message };
  }
}

function foldersOf(paths: Iterable<string>): Set<string> {
  const folders = new Set<string>();
  for (const path of paths) {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const folder = path.slice(0, end);
      if (folders.has(folder)) break;
      folders.add(folder);
    }
  }
  return folders;
}
