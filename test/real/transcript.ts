import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { list, record, text } from '../support/model-server/json.ts';
import type { HostEvent } from './claude.ts';

const FOLDER = fileURLToPath(new URL('./transcripts/', import.meta.url));

/** What is kept of a conversation: who said what, which tools were called and answered, what hooks said. One line each. */
export function transcriptOf(prompt: string, events: readonly HostEvent[]): unknown[] {
  return [{ person: prompt }, ...events.flatMap(lineOf)];
}

/** Writes transcripts with everything taken out that differs from run to run: paths, ids, times. */
export function keepTranscript(name: string, lines: readonly unknown[], paths: Readonly<Record<string, string>>): void {
  mkdirSync(FOLDER, { recursive: true });
  const written = lines.map((line) => redacted(JSON.stringify(line), paths)).join('\n');
  writeFileSync(path.join(FOLDER, name), `${written}\n`);
}

function lineOf(event: HostEvent): unknown[] {
  if (event.type === 'system' && event.subtype === 'init') {
    const ours = (names: unknown) =>
      list(names)
        .map(text)
        .filter((name) => /tercet/.test(name));
    const { mcp_servers, agents, skills, tools, plugins } = event;
    return [
      {
        init: {
          plugins: list(plugins).map((it) => record(it).name),
          mcp_servers,
          agents: ours(agents),
          skills: ours(skills),
          tools: ours(tools),
        },
      },
    ];
  }
  if (event.type === 'system' && event.subtype === 'hook_response') {
    const { hook_event, stdout, exit_code } = event;
    return [{ hook: hook_event, exit: exit_code, said: text(stdout).trim() }];
  }
  if (event.type === 'assistant' || event.type === 'user') {
    const { content } = record(event.message);
    const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : list(content).map(record);
    return blocks.flatMap((block) => blockOf(event.type, block));
  }
  if (event.type === 'result') return [{ result: event.subtype, turns: event.num_turns, said: event.result }];
  return [];
}

function blockOf(who: string, block: Record<string, unknown>): unknown[] {
  if (block.type === 'text') return [{ [who]: block.text }];
  if (block.type === 'tool_use') return [{ calls: block.name, with: block.input }];
  if (block.type !== 'tool_result') return [];
  const { content } = block;
  const said =
    typeof content === 'string'
      ? content
      : list(content)
          .map((part) => text(record(part).text))
          .join('\n');
  return [{ answered: said, ...(block.is_error === true ? { error: true } : {}) }];
}

function redacted(line: string, paths: Readonly<Record<string, string>>): string {
  let said = line;
  for (const [folder, name] of Object.entries(paths)) said = said.replaceAll(folder, name);
  return said
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<id>')
    .replace(/\b\d{8}-\d{6}-[0-9a-f]{4}\b/g, '<run>')
    .replace(/(tercet\/[a-z0-9-]+-)[0-9a-f]{4}\b/g, '$1<id>')
    .replace(/\b[0-9a-f]{40}\b/g, '<commit>')
    .replace(/\b(?=[0-9a-f]*[a-f])(?=[0-9a-f]*\d)[0-9a-f]{9,12}\b/g, '<commit>')
    .replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z\b/g, '<time>')
    .replace(/\ba[0-9a-f]{16}\b/g, '<agent>')
    .replace(/duration_ms: \d+/g, 'duration_ms: <time>')
    .replace(/\bshop-[0-9a-f]{16}\b/g, 'shop-<id>')
    .replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:<port>')
    .replace(/\b\d+(\.\d+)? (ms|s)\b/g, '<time>');
}
