import { describe, test, vi } from 'vitest';
import { tellAll } from '../../support/refusals/golden.ts';
import { RUN } from '../../support/refusals/sample.ts';
import { refusal, scene } from '../../support/refusals/scene.ts';

vi.setConfig({ testTimeout: 60_000 });

describe.concurrent('a command line that cannot be meant', () => {
  test('as to the request', async ({ expect }) => {
    await using at = await scene({}, { files: { 'request.md': 'Greet with a comma\n', 'empty.md': ' \n' } });
    const told = await tellAll(at, [
      { what: 'no request', args: ['run'] },
      { what: 'an empty one on standard input', args: ['run', '-'], input: '\n' },
      { what: 'an empty file', args: ['run', '--file', 'empty.md'] },
      { what: 'the request twice', args: ['run', 'Greet', '--file', 'request.md'] },
      { what: 'a file that is not there', args: ['run', '--file', 'absent.md'] },
      { what: 'a folder as a file', args: ['run', '--file', 'src'] },
      { what: 'more than a request', args: ['run', '-'], input: 'x'.repeat(200_001) },
    ]);
    expect(told).toMatchInlineSnapshot(`
      "# no request
      $ tercet run
      tercet: There is no request.
        Say what to build: tercet run "add a --json flag to the list command".
      exit 2, usage

      # an empty one on standard input
      $ tercet run -
      tercet: There is no request.
        Say what to build: tercet run "add a --json flag to the list command".
      exit 2, usage

      # an empty file
      $ tercet run --file empty.md
      tercet: There is no request.
        Say what to build: tercet run "add a --json flag to the list command".
      exit 2, usage

      # the request twice
      $ tercet run Greet --file request.md
      tercet: The request was given twice: in words and with --file.
        Leave one away.
      exit 2, usage

      # a file that is not there
      $ tercet run --file absent.md
      tercet: absent.md does not exist.
      exit 2, usage

      # a folder as a file
      $ tercet run --file src
      tercet: src cannot be read: EISDIR: illegal operation on a directory, read
      exit 2, usage

      # more than a request
      $ tercet run -
      tercet: The request has 200001 characters; at most 200000 are read.
        Name files instead of pasting them.
      exit 2, usage
      "
    `);
  });

  test('as to models and limits', async ({ expect }) => {
    await using at = await scene({});
    const told = await tellAll(at, [
      { what: 'a budget that is none', args: [...RUN, '--budget', 'abc'] },
      { what: 'a negative budget', args: [...RUN, '--budget=-1'] },
      { what: 'an effort nobody knows', args: [...RUN, '--effort', 'wild'] },
      { what: 'an effort of nobody', args: [...RUN, '--effort', 'boss=high'] },
      { what: 'a trio nobody knows', args: [...RUN, '--trio', 'none'] },
      { what: 'a model without provider', args: [...RUN, '--planner', 'claude-fable-5-2'] },
      { what: 'a provider nobody knows', args: [...RUN, '--planner', 'acme/claude'] },
      { what: 'a date that is none', args: ['costs', '--since', 'yesterday-ish'] },
      { what: 'a run and all of them', args: ['costs', '--all', '--run', 'x'] },
      { what: 'two changes at once', args: ['review', '--staged', '--diff', 'x.patch'] },
      { what: 'a patch that is not there', args: ['review', '--diff', 'x.patch'] },
      { what: 'a patch that is none', args: ['review', '--diff', '-'], input: 'hello\n' },
      { what: 'tokens that are none', args: ['estimate', '--planning', 'x', '--implementation', '1', '--review', '1'] },
    ]);
    expect(told).toMatchInlineSnapshot(`
      "# a budget that is none
      $ tercet run 'Greet with a comma in src/greet.js' --yes --always-plan --budget abc
      tercet: "abc" is not an amount for --budget.
        Give US dollars, e.g. --budget 0.50.
      exit 2, usage

      # a negative budget
      $ tercet run 'Greet with a comma in src/greet.js' --yes --always-plan --budget=-1
      tercet: "-1" is not an amount for --budget.
        Give US dollars, e.g. --budget 0.50.
      exit 2, usage

      # an effort nobody knows
      $ tercet run 'Greet with a comma in src/greet.js' --yes --always-plan --effort wild
      tercet: "wild" is not an effort.
        Give none, low, medium, high, max, for all roles or for one: --effort planner=high.
      exit 2, usage

      # an effort of nobody
      $ tercet run 'Greet with a comma in src/greet.js' --yes --always-plan --effort boss=high
      tercet: "boss=high" is not an effort.
        Give none, low, medium, high, max, for all roles or for one: --effort planner=high.
      exit 2, usage

      # a trio nobody knows
      $ tercet run 'Greet with a comma in src/greet.js' --yes --always-plan --trio none
      tercet: There is no trio "none".
        Known trios: frontier, article, budget, local.
      exit 2, config

      # a model without provider
      $ tercet run 'Greet with a comma in src/greet.js' --yes --always-plan --planner claude-fable-5-2
      tercet: "claude-fable-5-2" is not a model id.
        A model is provider/model, e.g. anthropic/claude-haiku-5-5; \`tercet models\` lists them.
      exit 2, usage

      # a provider nobody knows
      $ tercet run 'Greet with a comma in src/greet.js' --yes --always-plan --planner acme/claude
      tercet: There is no provider "acme" (for acme/claude).
        Known: anthropic, openai, google, xai, openrouter, ollama, lmstudio, llamacpp, vllm, mindstudio, and the coding agents claude-code, codex, cursor, opencode, gemini-cli, claude-acp, codex-acp, cursor-acp, copilot, goose, qwen-code. Add an OpenAI-compatible endpoint under \`providers:\` in your own configuration.
      exit 2, config

      # a date that is none
      $ tercet costs --since yesterday-ish
      tercet: "yesterday-ish" is not a date for --since.
        Give one like 2026-11-01 or 2026-11-01T12:00:00Z.
      exit 2, usage

      # a run and all of them
      $ tercet costs --all --run x
      tercet: Option '--run <run>' cannot be used with option '--all'.
        \`tercet costs --help\` says what it takes.
      exit 2, usage

      # two changes at once
      $ tercet review --staged --diff x.patch
      tercet: Option '--staged' cannot be used with option '--diff <file>'.
        \`tercet review --help\` says what it takes.
      exit 2, usage

      # a patch that is not there
      $ tercet review --diff x.patch
      tercet: REPO/x.patch does not exist.
      exit 2, usage

      # a patch that is none
      $ tercet review --diff -
      tercet: The diff does not apply to SHA: No valid patches in input (allow with "--allow-empty")
        Say with --base which commit it was made on.
      exit 2, usage

      # tokens that are none
      $ tercet estimate --planning x --implementation 1 --review 1
      tercet: "x" is not a number of tokens.
        Give e.g. 15000, 15k, or 12000+3000 for input and output.
      exit 2, usage
      "
    `);
  });

  test('as to its words: the nearest is proposed', async ({ expect }) => {
    await using at = await scene({});
    for (const [args, words] of [
      [['rum', 'x'], 'run'],
      [[...RUN, '--yess'], '--yes'],
      [['costs', '--by', 'moon'], 'role, model, day'],
      [[...RUN, '--max-rounds', 'x'], '--max-rounds'],
      [['show'], 'issing required argument'],
      [[...RUN, '--no-review'], '--no-review'],
    ] as const) {
      const refused = await refusal(at, args);
      expect(refused.code, args.join(' ')).toBe(2);
      expect(refused.stderr).toContain(words);
      expect(refused.error).toMatchObject({ code: 'usage' });
    }
    expect(at.server.log).toEqual([]);
  });
});
