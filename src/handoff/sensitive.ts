import { foldPath } from './paths.ts';

/** Files whose edit runs code elsewhere or steers a tool: never forbidden, always shown. First match wins. */
const KINDS: readonly (readonly [why: string, pattern: RegExp])[] = [
  [
    'CI configuration',
    /(^|\/)(\.github\/(workflows|actions)\/|\.circleci\/|\.buildkite\/|\.teamcity\/|\.woodpecker\/|\.gitlab-ci[^/]*$|\.travis\.yml$|\.drone\.yml$|azure-pipelines[^/]*$|bitbucket-pipelines\.yml$|appveyor\.yml$|\.appveyor\.yml$|jenkinsfile[^/]*$|\.ci\/)/u,
  ],
  [
    'agent settings or instructions',
    /(^|\/)(\.claude|\.cursor|\.codex|\.gemini|\.windsurf|\.clinerules|\.continue|\.roo|\.aider[^/]*|\.tercet|\.opencode|\.agents)(\/|$)|(^|\/)(claude(\.local)?\.md|agents?\.md|gemini\.md|\.cursorrules|\.windsurfrules|\.mcp\.json|mcp\.json|\.cursorignore|copilot-instructions\.md|tercet\.ya?ml)$/u,
  ],
  [
    'git hooks or git configuration',
    /(^|\/)(\.husky|\.githooks)\/|(^|\/)(lefthook[^/]*\.ya?ml|\.lefthook[^/]*|\.pre-commit-config\.yaml|\.lintstagedrc[^/]*|\.gitattributes|\.gitmodules|\.gitconfig)$/u,
  ],
  [
    'editor or container settings',
    /(^|\/)(\.vscode|\.idea|\.zed|\.fleet|\.devcontainer)\/|\.code-workspace$|(^|\/)(dockerfile[^/]*|(docker-)?compose[^/]*\.ya?ml|\.exrc|\.nvimrc)$/u,
  ],
  [
    'a lock file',
    /(^|\/)(package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|deno\.lock|cargo\.lock|go\.sum|poetry\.lock|uv\.lock|pipfile\.lock|gemfile\.lock|composer\.lock|mix\.lock|flake\.lock|packages\.lock\.json|gradle\.lockfile|podfile\.lock|pubspec\.lock)$/u,
  ],
  [
    'package or build scripts',
    /(^|\/)(package\.json|deno\.jsonc?|\.npmrc|\.yarnrc(\.yml)?|\.pnpmfile\.cjs|pnpm-workspace\.yaml|bunfig\.toml|binding\.gyp|setup\.py|setup\.cfg|pyproject\.toml|pipfile|requirements[^/]*\.txt|makefile|gnumakefile|[^/]+\.mk|justfile|taskfile\.ya?ml|cmakelists\.txt|build\.rs|cargo\.toml|go\.mod|build\.gradle(\.kts)?|settings\.gradle(\.kts)?|pom\.xml|rakefile|gemfile|[^/]+\.gemspec|composer\.json|mix\.exs)$/u,
  ],
  ['code ownership', /(^|\/)codeowners$/u],
  [
    'secrets or environment settings',
    /(^|\/)(\.env([.-][^/]*)?|\.envrc|\.netrc|id_(rsa|dsa|ecdsa|ed25519)(\.pub)?|[^/]+\.(pem|key|p12|pfx))$/u,
  ],
];

/** Why edits of this file deserve a second look (CI, hooks, editors, package scripts, lock files, agents), or null. */
export function isSensitive(path: string): string | null {
  const folded = foldPath(path);
  return KINDS.find(([, pattern]) => pattern.test(folded))?.[0] ?? null;
}
