import type { Turn } from '../../../ports/agent.ts';

/** A conversation as one text: a program takes one prompt a turn. What it said before is shown as its own words. */
export function promptOf({ messages }: Pick<Turn, 'messages'>): string {
  const parts = messages.map((message) => {
    if (message.role === 'tool') return message.results.map((result) => result.text).join('\n');
    return message.role === 'user' ? message.text : `You answered before:\n${message.text}`;
  });
  return parts.join('\n\n');
}

/** For a program without a schema of its own: the schema in words. */
export function schemaInWords({ output }: Pick<Turn, 'output'>): string {
  return output === null
    ? ''
    : `\n\nAnswer with one JSON object and nothing else. Its JSON Schema:\n${JSON.stringify(output.schema)}`;
}
