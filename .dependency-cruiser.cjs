/**
 * Who may import whom: core ← ports ← controllers ← functions (docs/decisions/001-rooms-inside-one-wall.md).
 *
 * The parser must be swc: with TypeScript 7 the default one reads no .ts file at all and finds no violation in nothing.
 * swc does not tell `import type` from `import`, so that packages come into core as types only is a lint rule
 * (no-restricted-imports in infra/oxlintrc.json). test/unit/wall.test.ts sees each rule fail.
 */
const ADAPTERS = 'shared/(kubernetes|metric-providers|history|queue|events|secrets|slack|load-balancer)/';
const TYPE_PACKAGES = '(^|/)node_modules/(@kubernetes-models/|kubernetes-models/)';

module.exports = {
  forbidden: [
    {
      name: 'core-is-pure',
      comment: 'The decisions know no outside system: only core, and the types of Kubernetes and Argo Rollouts.',
      severity: 'error',
      from: { path: '^shared/core/' },
      to: { pathNot: ['^shared/core/', TYPE_PACKAGES] },
    },
    {
      name: 'ports-know-only-core',
      comment: 'A port is a type in the words of core; an adapter must be replaceable without touching it.',
      severity: 'error',
      from: { path: '^shared/ports\\.ts$' },
      to: { pathNot: '^shared/core/' },
    },
    {
      name: 'adapters-stand-alone',
      comment: 'One outside system per folder: what two of them share belongs into core or a file of shared/.',
      severity: 'error',
      from: { path: `^${ADAPTERS}` },
      to: { path: [`^${ADAPTERS}`, '^shared/controllers/', '^shared/(aws|aws/.*|site)\\.ts$'], pathNot: '^shared/$1/' },
    },
    {
      name: 'only-entries-choose-implementations',
      comment: 'Handlers and controllers ask for ports; main.ts, shared/aws.ts and the hosts outside plug adapters in.',
      severity: 'error',
      from: {
        path: '^(shared|functions)/',
        pathNot: ['^functions/[^/]+/main\\.ts$', '^shared/(aws|aws/.*|site)\\.ts$', `^${ADAPTERS}`, '^shared/(core/|ports\\.ts$)'],
      },
      to: { path: [`^${ADAPTERS}`, '^shared/(aws|aws/.*|site)\\.ts$'] },
    },
    {
      name: 'functions-stand-alone',
      comment: 'Each function is deployed by itself; what two of them share belongs into shared/.',
      severity: 'error',
      from: { path: '^functions/([^/]+)/' },
      to: { path: '^functions/', pathNot: '^functions/$1/' },
    },
    {
      name: 'product-knows-no-host',
      comment: 'shared/ and functions/ run on Lambda, locally and in tests without knowing which.',
      severity: 'error',
      from: { path: '^(shared|functions)/' },
      to: { path: '^(infra|cli|test)/' },
    },
    {
      name: 'no-cycles',
      comment: 'Of two files that need each other, one holds an idea that belongs into a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    // `#core/…` and `#shared/…` are resolved by the `imports` of package.json.
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
