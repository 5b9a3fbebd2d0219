import { TercetError } from '../../contract/errors.ts';
import type { Role } from '../../contract/role.ts';
import type { RunContext } from '../run-context.ts';

/** A section of a role's prompt file. @throws TercetError `config` when the file lacks it. */
export function sectionOf(ctx: Pick<RunContext, 'prompts'>, role: Role, name: string): string {
  const text = ctx.prompts[role].sections.get(name);
  if (text !== undefined) return text;
  throw new TercetError('config', `The ${role}'s prompt has no section "${name}".`, {
    hint: `Add a line \`<!-- section: ${name} -->\` and its text to the file; prompts/${role}.md shows how.`,
  });
}
