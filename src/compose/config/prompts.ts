import { readFile } from 'node:fs/promises';
import { TercetError } from '../../contract/errors.ts';
import { ROLES, type Role } from '../../contract/role.ts';
import { hashText, promptSections } from '../../handoff/prompt.ts';
import type { RolePrompt } from '../../workflow/run-context.ts';
import { packageFolder } from '../package-folder.ts';

/** Sections every prompt file of a role has: an override without one is refused before a run begins. */
const SECTIONS: Readonly<Record<Role, readonly string[]>> = {
  planner: ['system', 'decide'],
  executor: ['system', 'edit', 'tools', 'agent'],
  reviewer: ['system', 'rereview'],
};

/** Reads each role's prompt file: the person's own where they name one, else the package's. */
export async function readPrompts(files: Readonly<Record<Role, string | null>>): Promise<Record<Role, RolePrompt>> {
  const entries = await Promise.all(ROLES.map(async (role) => [role, await readPrompt(role, files[role])] as const));
  return Object.fromEntries(entries) as Record<Role, RolePrompt>;
}

async function readPrompt(role: Role, own: string | null): Promise<RolePrompt> {
  const file = own ?? `${packageFolder()}/prompts/${role}.md`;
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'ENOENT' ? 'does not exist' : `cannot be read: ${error.message}`;
    throw new TercetError('config', `The ${role}'s prompt ${file} ${why}.`, {
      hint: `Correct \`roles.${role}.prompt\` in your configuration (the path is relative to that file), or remove it.`,
    });
  });
  const sections = promptSections(text, file);
  const missing = SECTIONS[role].filter((section) => !sections.has(section));
  if (missing.length > 0) {
    throw new TercetError(
      'config',
      `The ${role}'s prompt ${file} lacks the section${missing.length > 1 ? 's' : ''} ${missing.join(', ')}.`,
      {
        hint: `A section starts with a line \`<!-- section: ${missing[0]} -->\`; the package's prompts/${role}.md shows how.`,
      },
    );
  }
  return { sections, hash: hashText(text) };
}
