import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { INPUT } from '../../src/apps/mcp/schemas.ts';
import { buildCatalogue, findPrice } from '../../src/pricing/catalogue.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PLUGIN = path.join(ROOT, 'plugin');
const OURS = 'mcp__plugin_tercet_tercet__';
const TOOLS = Object.keys(INPUT);
/** Tools of Claude Code itself that agents of ours may use. */
/** What a result says, as our texts name it. */
const RESULT_WORDS = ['state', 'working', 'waiting', 'parked', 'changes_requested', 'inconclusive'];
const HOST_TOOLS = ['Read', 'Edit', 'Write', 'Grep', 'Glob', 'Bash'];

const text = (...parts: string[]) => readFileSync(path.join(...parts), 'utf8');
const json = (...parts: string[]): unknown => JSON.parse(text(...parts));
const version = z.object({ version: z.string() }).parse(json(ROOT, 'package.json')).version;

const Skill = z.strictObject({
  name: z.string().regex(/^[a-z-]+$/),
  description: z.string().min(40).max(1024),
  'argument-hint': z.string().optional(),
  'disable-model-invocation': z.boolean().optional(),
});
const Agent = z.strictObject({
  name: z.string(),
  description: z.string().min(40),
  model: z.string(),
  effort: z.enum(['low', 'medium', 'high']),
  tools: z.string(),
});
const Hook = z.strictObject({
  type: z.literal('command'),
  command: z.string().regex(/^sh "\$\{CLAUDE_PLUGIN_ROOT\}\/launch\.sh" hook [a-z-]+$/),
  timeout: z.int().positive(),
});
const Hooks = z.strictObject({
  description: z.string(),
  hooks: z.record(
    z.enum(['SessionStart', 'UserPromptSubmit', 'Stop']),
    z.array(z.strictObject({ hooks: z.array(Hook).length(1) })).length(1),
  ),
});

/** A Markdown file with its frontmatter. */
function page<T>(schema: z.ZodType<T>, ...parts: string[]): { head: T; body: string } {
  const [, head = '', body = ''] = /^---\n([\s\S]*?)\n---\n([\s\S]+)$/.exec(text(...parts)) ?? [];
  return { head: schema.parse(parse(head)), body };
}

const skills = readdirSync(path.join(PLUGIN, 'skills')).map((name) => ({
  name,
  ...page(Skill, PLUGIN, 'skills', name, 'SKILL.md'),
}));
const agents = readdirSync(path.join(PLUGIN, 'agents')).map((file) => ({
  name: path.basename(file, '.md'),
  ...page(Agent, PLUGIN, 'agents', file),
}));

describe('the plugin', () => {
  it('has the version of the package, in all three places, and is published with it', () => {
    const manifest = z.looseObject({ name: z.literal('tercet'), version: z.string() });
    expect(manifest.parse(json(PLUGIN, '.claude-plugin', 'plugin.json')).version).toBe(version);
    const market = z.looseObject({
      name: z.literal('tercet'),
      plugins: z.array(z.looseObject({ name: z.string(), source: z.string(), version: z.string() })).length(1),
    });
    const [listed] = market.parse(json(ROOT, '.claude-plugin', 'marketplace.json')).plugins;
    expect(listed).toMatchObject({ name: 'tercet', source: './plugin', version });
    expect(z.looseObject({ files: z.array(z.string()) }).parse(json(ROOT, 'package.json')).files).toContain('plugin');
  });

  it('starts our server with a timeout longer than the longest wait of a tool', () => {
    const server = z.strictObject({
      mcpServers: z.strictObject({
        tercet: z.strictObject({ command: z.literal('sh'), args: z.array(z.string()), timeout: z.int() }),
      }),
    });
    const { tercet } = server.parse(json(PLUGIN, '.mcp.json')).mcpServers;
    expect(tercet.args).toEqual([`\${CLAUDE_PLUGIN_ROOT}/launch.sh`, 'mcp']);
    expect(INPUT.get_run.safeParse({ run: 'x', waitSeconds: tercet.timeout / 1000 }).success).toBe(false);
  });

  it('hooks into three events, each of which the command knows', () => {
    const { hooks } = Hooks.parse(json(PLUGIN, 'hooks', 'hooks.json'));
    const source = text(ROOT, 'src', 'apps', 'hook', 'hook.ts');
    for (const [event, [entry]] of Object.entries(hooks)) {
      const own = event.replace(/(?<=[a-z])[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
      expect(entry?.hooks[0]?.command.endsWith(` hook ${own}`)).toBe(true);
      expect(source).toContain(`'${own}'`);
    }
  });

  it('names in its texts only tools, arguments, skills and models that there are', () => {
    const names = skills.map(({ name }) => name);
    const words = new Set([
      ...TOOLS,
      ...Object.values(INPUT).flatMap(({ shape }) => Object.keys(shape)),
      ...RESULT_WORDS,
    ]);
    const reasons = text(ROOT, 'src', 'apps', 'hook', 'words.ts');
    for (const { name, head, body } of [...skills, ...agents]) {
      expect(head.name).toBe(name);
      for (const [, skill = ''] of (head.description + body + reasons).matchAll(/\/tercet:([a-z-]+)/g))
        expect(names).toContain(skill);
      for (const [, word = ''] of body.matchAll(/`([a-zA-Z_]+)(?:: "\w+")?`/g)) expect([...words]).toContain(word);
    }
    for (const { head } of agents)
      expect(findPrice(buildCatalogue([]), `anthropic/${head.model}`, '2026-11-22')).not.toBeNull();
  });
});

describe('skills', () => {
  it('are these, and only the person may let a change go', () => {
    expect(skills.map(({ name }) => name).sort()).toEqual(['costs', 'plan', 'review', 'run', 'skip-review']);
    const closed = skills.filter(({ head }) => head['disable-model-invocation'] === true).map(({ name }) => name);
    expect(closed).toEqual(['skip-review']);
  });

  it('send what is open to planning and a small edit on the short path', () => {
    const of = (name: string) => skills.find((skill) => skill.name === name)?.head.description ?? '';
    expect(of('plan')).toMatch(/figure out what to build/);
    expect(of('plan')).toMatch(/one small edit.*\/tercet:run/);
    expect(of('run')).toMatch(/small edit.*short path/);
    expect(of('run')).toMatch(/open what to build.*\/tercet:plan/);
  });

  it.each(['plan', 'run'])('%s shows the plan before anything is carried out, and says what approval is', (name) => {
    const body = skills.find((skill) => skill.name === name)?.body ?? '';
    expect(body.search(/[Ss]how (?:the person )?the plan/)).toBeGreaterThan(0);
    expect(body).toMatch(/yes to the plan you showed is the approval/);
    expect(body.search(/[Ss]how (?:the person )?the plan/)).toBeLessThan(body.search(/Only after it\s+call/));
  });
});

describe('agents', () => {
  it.each([
    ['planner', /^claude-(fable|opus)-\d/, ['Read', 'Grep', 'Glob', 'plan', 'get_run']],
    ['executor', /^claude-haiku-\d/, HOST_TOOLS],
    ['reviewer', /^claude-haiku-\d/, ['review', 'get_run']],
  ])('%s has a full model id and only the tools of its part', (name, model, tools) => {
    const { head, body } = agents.find((agent) => agent.name === name) ?? { head: null, body: '' };
    expect(head?.model).toMatch(model);
    const given = head?.tools.split(', ') ?? [];
    expect(given.map((tool) => tool.replace(OURS, '')).sort()).toEqual([...tools].sort());
    for (const tool of given) expect(HOST_TOOLS.includes(tool) || TOOLS.includes(tool.replace(OURS, ''))).toBe(true);
    expect(body).toMatch(/data[.:][^.]*instruction/);
  });
});

it('every file of the plugin is one of these kinds', () => {
  const files = readdirSync(PLUGIN, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(PLUGIN, path.join(entry.parentPath, entry.name)));
  const known =
    /^(README\.md|launch\.sh|\.mcp\.json|\.claude-plugin\/plugin\.json|hooks\/hooks\.json|agents\/[a-z-]+\.md|skills\/[a-z-]+\/SKILL\.md)$/;
  expect(files.filter((file) => !known.test(file))).toEqual([]);
  expect(existsSync(path.join(PLUGIN, 'README.md'))).toBe(true);
});
