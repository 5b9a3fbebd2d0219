import { text as asText, isJson, type Json } from '../cli/profile.ts';
import { Refusal } from './refusal.ts';
import type { Yard } from './yard.ts';

/** `fs/read_text_file`: lines `line`, `limit` of a file where they are given. A file that is not there is an error, except for an agent that cannot bear one. */
export async function readFile(yard: Yard, asked: Json, absentIsEmpty: boolean): Promise<{ content: string }> {
  const path = asText(asked.path);
  const found = yard.inside(path);
  if ('refused' in found) throw Refusal.invalid(found.refused);
  const read = yard.door === null ? { refused: 'Files are not read for you.' } : await yard.door.read(found.path);
  if ('refused' in read) throw Refusal.invalid(read.refused);
  if (read.text === null && absentIsEmpty) return { content: '' };
  if (read.text === null) throw Refusal.notFound(path);
  const { line, limit } = asked;
  if (!isCount(line) && !isCount(limit)) return { content: read.text };
  const from = isCount(line) ? Math.max(0, line - 1) : 0;
  const lines = read.text.split('\n').slice(from, isCount(limit) ? from + limit : undefined);
  return { content: lines.join('\n') };
}

/** `fs/write_text_file`: through the door, or refused at once with the reason. */
export async function writeFile(yard: Yard, asked: Json, onRefused: (what: string) => void): Promise<object> {
  const path = asText(asked.path);
  const content = asked.content;
  const found = yard.inside(path);
  const reason =
    yard.refuse(path, 'modify') ??
    (typeof content !== 'string' || 'refused' in found || yard.door === null
      ? 'It is no file and text that we could write.'
      : await yard.door.write(found.path, content));
  if (reason === null) return {};
  onRefused(`write ${'path' in found ? found.path : path}`);
  throw Refusal.invalid(reason);
}

const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value);

/** The parameters of a request, whatever they are: every use of them checks for itself. */
export const asParams = (value: unknown): Json => (isJson(value) ? value : {});
