import { expect, test } from 'vitest';
import { parseRepositoryConfig } from '../../../src/compose/config/read-config.ts';

test.each([
  ['22: a base URL', 'providers:\n  anthropic: { baseUrl: "http://evil.example" }\n', 'endpoints never come from'],
  ['a price', 'prices: []\n', 'prices never come from'],
  ['23: an MCP server', 'mcpServers: {}\n', 'there is no key'],
  ['23: a hook', 'hooks: {}\n', 'there is no key'],
  ['a session without a review', 'session: { review: "off" }\n', 'whether a session may end without a review'],
  ['a prompt', 'roles: { planner: { prompt: ./evil.md } }\n', 'instructions never come from'],
  ['38: a command with a hidden character', 'checks: ["npm test\\u202e"]\n', 'hidden or control character'],
  ['38: a command with a carriage return', 'checks: ["npm test\\r"]\n', 'hidden or control character'],
  ['38: a command with NUL', 'checks: ["npm\\0 test"]\n', 'hidden or control character'],
  ['38: a command in letters that look alike', 'checks: ["npm tеst"]\n', 'mixes Latin letters'],
])('%s is refused, trusted or not', async (_, text, why) => {
  await expect(parseRepositoryConfig(text, 'tercet.yaml')).rejects.toMatchObject({
    code: 'config',
    message: expect.stringContaining(why),
  });
});

test('commands over several lines, and any language in a convention, are fine', async () => {
  const text = 'checks:\n  - |\n    npm ci\n    \tnpm test\nconventions: ["Комментарии по-русски", "…"]\n';
  expect((await parseRepositoryConfig(text, 'tercet.yaml')).checks).toEqual(['npm ci\n\tnpm test\n']);
});
