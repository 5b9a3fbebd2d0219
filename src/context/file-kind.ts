/** What a path says about a file before it is read. */

const VENDORED =
  /(?:^|\/)(?:node_modules|bower_components|vendor|third[_-]?party|external|deps|Pods|dist|build|out|target|coverage|\.git|\.venv|venv|site-packages|__pycache__|\.next|\.nuxt|\.yarn|\.idea|\.vscode|__snapshots__)\//;
const LOCK =
  /(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|Cargo\.lock|poetry\.lock|uv\.lock|Pipfile\.lock|Gemfile\.lock|composer\.lock|go\.sum|flake\.lock|.*\.lock)$/;
const GENERATED =
  /(?:\.min\.(?:js|css|mjs)|\.bundle\.js|\.map|\.snap|\.d\.ts\.map|[._]pb2?\.(?:go|py|h|cc)|_pb2_grpc\.py|\.pb\.\w+|\.g\.(?:dart|cs)|\.designer\.cs|\.generated\.\w+|_generated\.\w+|(?:^|\/)generated\/.*)$/i;
const TEXT =
  /\.(?:[cm]?[jt]sx?|pyi?|go|rs|java|kts?|cs|c|h|cc|cpp|cxx|hh|hpp|hxx|rb|rake|gemspec|php|vue|svelte|astro|swift|scala|dart|ex|exs|erl|elm|hs|lua|pl|pm|r|jl|clj|sh|bash|zsh|fish|ps1|sql|graphql|gql|proto|css|scss|less|html?|json[c5]?|ya?ml|toml|ini|cfg|conf|md|mdx|rst|txt|xml|gradle|tf|nix)$/i;
const NAMED = /(?:^|\/)(?:Makefile|Dockerfile|Rakefile|Gemfile|Justfile|justfile|Procfile|README|CODEOWNERS|go\.mod)$/;
const MANIFEST =
  /^(?:package\.json|pyproject\.toml|setup\.cfg|tox\.ini|Cargo\.toml|go\.mod|Makefile|[Jj]ustfile|Gemfile|Rakefile|composer\.json|pom\.xml|build\.gradle(?:\.kts)?)$/;
const TEST =
  /(?:^|\/)(?:tests?|spec|specs|__tests__|testing|e2e|fixtures)\/|(?:^|\/)test_[^/]+$|[._-](?:test|spec|tests)\.[a-z]+$|_test\.[a-z]+$|Tests?\.(?:java|kt|cs)$/;
const DOCUMENT = /\.(?:mdx?|rst|txt)$|(?:^|\/)(?:docs?|examples?)\//i;

/** Vendored, generated, lock or minified: nobody edits it by hand. */
export function isDerived(path: string): boolean {
  return VENDORED.test(path) || LOCK.test(path) || GENERATED.test(path);
}

/** Whether the name is one of a text file worth reading. */
export function isText(path: string): boolean {
  return TEXT.test(path) || NAMED.test(path);
}

/** A file at the root that tells the project's commands. */
export function isManifest(path: string): boolean {
  return MANIFEST.test(path);
}

export function isTest(path: string): boolean {
  return TEST.test(path);
}

export function isDocument(path: string): boolean {
  return DOCUMENT.test(path);
}

/** What ties a test to its source: the file name without folders, extensions and `test`/`spec`, in lower case. */
export function stemOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  const bare = name.replace(/^test_/, '').replace(/\.[^.]+$/, '');
  return bare.replace(/(?:[._-](?:test|spec|tests|unit|e2e))$/, '').replace(/(?<=\w)tests?$/, '');
}
