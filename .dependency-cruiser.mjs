/** The architecture, as rules. Each has a sentence that says why. See ARCHITECTURE.md for the picture. */
const PURE = '^src/(handoff|context|edits|pricing|report)/';

export default {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one file, or hide a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'contract-knows-nobody',
      comment: 'The handoffs are what everything else agrees on, so they depend on nothing but Zod.',
      severity: 'error',
      from: { path: '^src/contract/' },
      to: { pathNot: '^(src/contract/|node_modules/zod)' },
    },
    {
      name: 'ports-see-the-contract',
      comment: 'A port is an interface in the words of the contract; an import of anything else is an implementation.',
      severity: 'error',
      from: { path: '^src/ports/' },
      to: { pathNot: '^src/(contract|ports)/' },
    },
    {
      name: 'pure-stays-pure',
      comment:
        'Checks, context, edits, prices and reports are functions of their arguments: no I/O, no adapters, no workflow.',
      severity: 'error',
      from: { path: PURE },
      to: { pathNot: `^(src/(contract|ports)/|node_modules/(zod|yaml)|crypto$|node:crypto$)|${PURE}` },
    },
    {
      name: 'workflow-through-ports',
      comment: 'The workflow decides; whatever it touches, it touches through a port.',
      severity: 'error',
      from: { path: '^src/workflow/' },
      to: { path: '^src/(adapters|apps|testing|compose)' },
    },
    {
      name: 'adapters-never-meet',
      comment:
        'An adapter sees the contract, its port and libraries. Two that share code are one adapter, or need a pure function; sqlite/ is the one way into node:sqlite.',
      severity: 'error',
      from: { path: '^src/adapters/([^/]+)/' },
      to: { path: '^src/(adapters/(?!$1/|sqlite/)|workflow|apps|compose)' },
    },
    {
      name: 'only-compose-picks-adapters',
      comment: 'One file knows which adapter fills which port, so that a reader finds it and a test can replace it.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(adapters/|compose|testing/|apps/cli/demo)' },
      to: { path: '^src/adapters/' },
    },
    {
      name: 'apps-see-compose',
      comment: 'An app turns arguments into a call and results into text; nothing imports an app.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/apps/' },
      to: { path: '^src/apps/' },
    },
    {
      name: 'client-sees-the-contract',
      comment:
        'The client of the HTTP API runs where no Tercet is: it takes types of the contract and nothing of the product.',
      severity: 'error',
      from: { path: '^src/client/' },
      to: { path: '^src/(?!client/|contract/)' },
    },
    {
      name: 'no-development-code-in-the-product',
      comment: 'Tests, benches and build scripts do not ship.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|bench|scripts)/' },
    },
    {
      name: 'no-orphans',
      comment: 'A file nothing imports is dead, or an entry point that should be named here.',
      severity: 'error',
      from: {
        orphan: true,
        pathNot: '^(src/(index|testing/index|client/index|apps/cli/main)|bench/|scripts/)|\\.d\\.ts$',
      },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
