import type * as Yaml from 'yaml';
import type { Plan } from '../contract/plan.ts';
import { escapeHidden, hiddenCount } from './clean.ts';

/** The `yaml` module, given by the caller, who imports it only when a plan is read or written. */
export type YamlModule = typeof Yaml;

const COMMENT = ` The plan of a Tercet run: edit it as you like, then check it with
   tercet plan --check plan.yaml
 tasks      T1, T2, …; each becomes one commit
   behaviour  what the code does afterwards; all the executor is told, with the criteria
   files      what the task may write: action is create, modify or delete. Nothing else is writable
   read       files shown to the executor that it does not change
   symbols    action is add, change, remove or use; signature as it stands after the change
   criteria   what can be observed when it is met; command (or null) exits 0 then
   dependsOn  tasks that come first`;

/**
 * A plan as `plan.yaml`, with comments for the person who edits it. `schema` is the path or URL of plan.schema.json
 * for editors. Invisible characters stand as `\u` escapes in double quotes, so that whoever reads the file sees them.
 * `parsePlanYaml(planToYaml(plan))` is the same plan.
 */
export function planToYaml(plan: Plan, yaml: YamlModule, options: { schema: string }): string {
  const document = new yaml.Document(plan, { aliasDuplicateObjects: false });
  yaml.visit(document, {
    Scalar(_, node) {
      if (typeof node.value === 'string' && mustShow(node.value)) node.type = yaml.Scalar.QUOTE_DOUBLE;
    },
  });
  document.commentBefore = ` yaml-language-server: $schema=${options.schema.replace(/\s/g, '%20')}\n${COMMENT}`;
  const text = document.toString({ lineWidth: 0 });
  return escapeHidden(text, (codePoint) =>
    codePoint > 0xffff
      ? `\\U${codePoint.toString(16).padStart(8, '0')}`
      : `\\u${codePoint.toString(16).padStart(4, '0')}`,
  );
}

/** Block scalars would change these: hidden characters, other line ends, lines of nothing but spaces. */
function mustShow(text: string): boolean {
  return hiddenCount(text) > 0 || /[\r\u2028\u2029]|[ \t](?:\n|$)|^\s/.test(text) || !text.isWellFormed();
}
