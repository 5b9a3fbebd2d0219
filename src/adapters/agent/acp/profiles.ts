import { type AcpProfile, EFFORTS, UNKNOWN_USAGE } from './profile.ts';

/** What is taken of an agent nobody has told more of. */
export const COMMON = {
  variables: [],
  set: {},
  keys: [],
  authenticate: null,
  meta: {},
  sessionMeta: {},
  modes: { write: null, read: null },
  model: 'session',
  efforts: EFFORTS,
  usage: UNKNOWN_USAGE,
  commands: 'own',
  absentIsEmpty: false,
} as const satisfies Partial<AcpProfile>;

/** Known agents that speak ACP, by the name that stands where a provider stands. What was run and what was read: docs/agents.md. */
export const ACP_PROFILES: Readonly<Record<string, AcpProfile>> = {
  opencode: {
    ...COMMON,
    title: 'opencode',
    program: 'opencode',
    args: ['acp', '--cwd', '{folder}'],
    variables: ['OPENCODE_CONFIG', 'OPENCODE_CONFIG_CONTENT', 'OPENCODE_CONFIG_DIR', 'OPENCODE_DISABLE_MODELS_FETCH'],
    set: {
      OPENCODE_DISABLE_AUTOUPDATE: '1',
      // The repository's own configuration holds permissions, plugins and servers that are not the person's.
      OPENCODE_DISABLE_PROJECT_CONFIG: '1',
      // Unless told it asks for nothing.
      OPENCODE_PERMISSION: JSON.stringify({ edit: 'ask', bash: 'ask', webfetch: 'ask' }),
    },
    keys: 'by-model',
    login: 'opencode auth login',
    modes: { write: 'build', read: 'plan' },
    // Its input leaves out what was cached, its output the thinking, and both are of the last step alone.
    usage: { ...UNKNOWN_USAGE, inputHasCache: false, outputHasThought: false, covers: 'last-step' },
  },
  'gemini-cli': {
    ...COMMON,
    title: 'Gemini CLI',
    program: 'gemini',
    args: ['--acp', '--model', '{model}'],
    variables: ['GOOGLE_GEMINI_BASE_URL', 'GOOGLE_CLOUD_PROJECT', 'GOOGLE_CLOUD_LOCATION', 'GEMINI_CLI_HOME'],
    keys: ['GEMINI_API_KEY'],
    login: 'gemini',
    authenticate: { method: 'gemini-api-key', when: 'key' },
    absentIsEmpty: true,
    modes: { write: 'default', read: 'default' },
    // It leaves out the thinking, and says of its input not what was cached.
    usage: { from: 'quota', inputHasCache: true, outputHasThought: true, uncounted: true, covers: 'turn', cost: false },
  },
  'claude-acp': {
    ...COMMON,
    title: 'Claude Agent (ACP)',
    program: 'claude-agent-acp',
    args: [],
    variables: ['ANTHROPIC_BASE_URL', 'CLAUDE_CONFIG_DIR', 'CLAUDE_CODE_OAUTH_TOKEN', 'CLAUDE_CODE_EXECUTABLE'],
    // A guess at what a person would type next is a call of its own, after the turn and in no figure.
    set: { CLAUDE_CODE_ENABLE_PROMPT_SUGGESTION: 'false' },
    keys: ['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN'],
    login: 'claude /login',
    // The repository's settings and hooks are not the person's, and nothing of a task is on the web.
    sessionMeta: {
      claudeCode: { options: { settingSources: ['user'], disallowedTools: ['WebFetch', 'WebSearch'] } },
    },
    // Its own default, `auto`, asks nothing.
    modes: { write: 'default', read: 'default' },
    // By model: what it says of the turn leaves out its side calls, which are in its cost.
    usage: { ...UNKNOWN_USAGE, from: 'quota', inputHasCache: false, outputHasThought: true },
  },
  'codex-acp': {
    ...COMMON,
    title: 'Codex (ACP)',
    program: 'codex-acp',
    args: [],
    variables: ['CODEX_HOME'],
    keys: ['CODEX_API_KEY'],
    login: 'codex login',
    authenticate: { method: 'api-key', when: 'key' },
    modes: { write: 'workspace-write', read: 'read-only' },
    efforts: { ...EFFORTS, max: ['xhigh', 'max', 'high'] },
    // A side call for a title is counted nowhere.
    usage: {
      from: 'quota',
      inputHasCache: false,
      outputHasThought: true,
      uncounted: true,
      covers: 'turn',
      cost: false,
    },
  },
  'cursor-acp': {
    ...COMMON,
    title: 'Cursor (ACP)',
    program: 'cursor-agent',
    args: ['acp'],
    variables: ['CURSOR_CONFIG_DIR'],
    keys: ['CURSOR_API_KEY'],
    login: 'cursor-agent login',
    authenticate: { method: 'cursor_login', when: 'always' },
    // Without it a model is chosen as one of many spellings of its parameters.
    meta: { parameterizedModelPicker: true },
    modes: { write: 'agent', read: 'ask' },
  },
  copilot: {
    ...COMMON,
    title: 'GitHub Copilot CLI',
    program: 'copilot',
    args: ['--acp', '--stdio', '--model', '{model}', '--effort', '{effort}'],
    // Its token is a login: nothing of it is paid by token.
    variables: ['COPILOT_HOME', 'COPILOT_GITHUB_TOKEN'],
    set: { COPILOT_AUTO_UPDATE: 'false' },
    login: 'copilot login',
    efforts: { ...EFFORTS, none: ['low'], low: ['low'] },
  },
  goose: {
    ...COMMON,
    title: 'goose',
    program: 'goose',
    args: ['acp'],
    set: { GOOSE_PROVIDER: '{provider}', GOOSE_MODEL: '{name}', GOOSE_MODE: 'approve' },
    keys: 'by-model',
    login: 'goose configure',
    modes: { write: 'approve', read: 'approve' },
    model: 'arguments',
  },
  'qwen-code': {
    ...COMMON,
    title: 'Qwen Code',
    program: 'qwen',
    args: ['--acp', '--model', '{model}'],
    variables: ['OPENAI_BASE_URL'],
    login: 'qwen, then /auth',
    absentIsEmpty: true,
    modes: { write: 'default', read: 'default' },
  },
};
