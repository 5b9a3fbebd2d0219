import { list, record, text } from '../support/model-server/json.ts';
import type { Reply, Script, ScriptCall } from '../support/model-server/types.ts';

/** What the model of a coding agent does next: uses the program's own tools, or says something and ends its turn. */
export type Act = { read: string } | { write: string; content: string } | { say: string } | { answer: object };

/** Names under which programs offer a tool that writes a whole file, and one that reads. */
const WRITERS = ['Write', 'write', 'write_file', 'WriteFile'];
const READERS = ['Read', 'read', 'read_file', 'ReadFile'];
const SHELLS = ['exec', 'exec_command', 'shell', 'shell_command', 'Bash', 'bash', 'run_shell_command'];

interface Tool {
  name: string;
  properties: string[];
  /** It takes a text instead of an object. */
  freeform: boolean;
}

/**
 * A scripted model that works through a turn's acts with the tools the program offers, whatever they are called there.
 * `again` are those of the turn after the first, which tells what was wrong with it. Calls without such tools (a title, a
 * summary) are answered in words and use nothing up.
 */
export function actingModel(first: readonly Act[], again: readonly Act[] = []): Script {
  let acts = first;
  let next = 0;
  return (call) => {
    const tools = toolsOf(record(call.body));
    // A program may end its turn in the middle, where a person says no.
    if (acts === first && JSON.stringify(call.body).includes('Your last turn:')) [acts, next] = [again, 0];
    const writer = find(tools, WRITERS);
    const shell = find(tools, SHELLS);
    if (writer === null && shell === null) return { text: 'A share is limited' };
    for (;;) {
      const act = acts[next++];
      if (act === undefined) return { text: 'There is nothing more to do.' };
      if ('say' in act) return { text: act.say };
      if ('answer' in act) return answered(act.answer, tools);
      const reply = perform(act, call, { writer, shell, reader: find(tools, READERS) });
      if (reply !== null) return reply;
    }
  };
}

function perform(
  act: Exclude<Act, { say: string } | { answer: object }>,
  call: ScriptCall,
  { writer, reader, shell }: Record<'writer' | 'reader' | 'shell', Tool | null>,
): Reply | null {
  const folder = folderIn(call);
  if ('read' in act) {
    if (reader === null) return null;
    return { toolCalls: [{ name: reader.name, input: named(reader, /path/i, `${folder}/${act.read}`) }] };
  }
  const file = `${folder}/${act.write}`;
  if (writer !== null) {
    const input = { ...named(writer, /path/i, file), ...named(writer, /content/i, act.content) };
    return { toolCalls: [{ name: writer.name, input }] };
  }
  if (shell === null) return null;
  const script = `cat > '${file}' <<'END_OF_FILE'\n${act.content}END_OF_FILE\n`;
  // Codex lets its newer models call tools from a script.
  if (shell.freeform) {
    const input = `text(await tools.exec_command({ cmd: ${JSON.stringify(script)} }))`;
    return { toolCalls: [{ name: shell.name, input, freeform: true }] };
  }
  return {
    toolCalls: [{ name: shell.name, input: { [shell.properties.includes('cmd') ? 'cmd' : 'command']: script } }],
  };
}

/** By the tool a program has for an answer with a schema, or as text. */
function answered(answer: object, tools: readonly Tool[]): Reply {
  const tool = find(tools, ['StructuredOutput']);
  return tool === null ? { text: JSON.stringify(answer) } : { toolCalls: [{ name: tool.name, input: answer }] };
}

/** The worktree, as the program itself tells the model. */
function folderIn({ body }: ScriptCall): string {
  const found = /\/[^\s"'`<>\\]+\/\.tercet\/worktrees\/[\w.-]+/.exec(JSON.stringify(body));
  if (found === null) throw new Error('the program does not tell its model where it works');
  return found[0].replace(/\.$/, '');
}

function named(tool: Tool, like: RegExp, value: string): Record<string, string> {
  const name = tool.properties.find((property) => like.test(property));
  if (name === undefined) throw new Error(`${tool.name} has no property like ${like.source}`);
  return { [name]: value };
}

function find(tools: readonly Tool[], names: readonly string[]): Tool | null {
  return tools.find(({ name }) => names.includes(name)) ?? null;
}

/** Tools as each of the protocols declares them. */
function toolsOf(body: Record<string, unknown>): Tool[] {
  const further = list(body.input).map(record);
  return [body, ...further]
    .flatMap(({ tools }) => list(tools).map(record))
    .flatMap((tool) => [tool, ...list(tool.functionDeclarations).map(record), ...list(tool.tools).map(record)])
    .map((tool) => {
      const it = tool.function === undefined ? tool : record(tool.function);
      const schema = record(it.input_schema ?? it.parameters ?? it.parametersJsonSchema);
      return {
        name: text(it.name),
        properties: Object.keys(record(schema.properties)),
        freeform: it.type === 'custom',
      };
    });
}
