/**
 * Who may import whom. Each room under src/ lists the rooms it may reach; everything else is refused.
 * test/ and bench/ may import anything.
 */
const arrows = {
  shared: [],
  engine: ['shared'],
  datasets: ['shared'],
  store: ['shared'],
  exchange: ['shared', 'datasets'],
  trainer: ['shared', 'engine', 'datasets'],
  workbench: ['shared', 'datasets', 'store', 'exchange'],
  scale: ['shared', 'datasets', 'store', 'workbench'],
  cli: ['shared', 'engine', 'datasets', 'store', 'exchange', 'trainer', 'workbench', 'scale', 'server'],
  main: ['shared', 'store', 'workbench', 'scale'],
  server: ['shared', 'store', 'workbench', 'scale'],
  preload: ['shared'],
  renderer: ['shared'],
};

/** The same inside the engine: jobs → analysis, pruning → training → network → ops ← backends. */
const engineArrows = {
  ops: [],
  'backends/reference': ['ops'],
  'backends/wasm': ['ops', 'backends/reference'],
  'backends/webgpu': ['ops', 'backends/reference'],
  'backends/tensorflow': ['ops', 'backends/reference'],
  network: ['ops'],
  training: ['ops', 'network'],
  analysis: ['ops', 'network', 'training'],
  inspection: ['ops', 'network', 'training'],
  pruning: ['ops', 'network', 'training'],
  jobs: ['ops', 'network', 'training', 'analysis', 'inspection', 'pruning', 'backends/reference'],
};

const room = (names) => `^src/(${names.join('|')})/`;

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...Object.entries(arrows).map(([from, to]) => ({
      name: `${from}-imports`,
      comment: `src/${from} may import from ${['itself', ...to.map((name) => `src/${name}`)].join(', ')} only; its tests also from test.`,
      severity: 'error',
      from: { path: room([from]) },
      to: { path: '^(src|bench|scripts)/', pathNot: room([from, ...to]) },
    })),
    {
      name: 'no-test-code',
      comment: 'What ships holds nothing that only tests need.',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.test\\.ts$' },
      to: { path: '^test/' },
    },
    {
      name: 'cli-serves',
      comment: 'Of the terminal, only the command that serves the pages knows the server.',
      severity: 'error',
      from: { path: room(['cli']), pathNot: '^src/cli/commands/serve\\.ts$' },
      to: { path: room(['server']) },
    },
    ...Object.entries(engineArrows).map(([from, to]) => ({
      name: `engine-${from.replace('/', '-')}-imports`,
      comment: `src/engine/${from} may import from ${['itself', ...to].join(', ')}, and from engine.ts and io.ts, only.`,
      severity: 'error',
      from: { path: `^src/engine/${from}/`, pathNot: '\\.test\\.ts$' },
      to: { path: '^src/engine/', pathNot: `^src/engine/((${[from, ...to].join('|')})/|(engine|io)\\.ts$)` },
    })),
    {
      name: 'no-electron',
      comment: 'Only main and preload know Electron.',
      severity: 'error',
      from: { path: '^src/', pathNot: room(['main', 'preload']) },
      to: { path: '^(electron$|node_modules/electron/)' },
    },
    {
      name: 'no-node-built-ins',
      comment: 'These rooms run in browsers too. Files and clocks come in as arguments.',
      severity: 'error',
      from: { path: room(['shared', 'engine', 'renderer']), pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-circular',
      comment: 'Two modules that need each other are one module, or lack a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'resolvable',
      comment: 'Every import must resolve.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '\\?modulePath$' },
    },
    {
      name: 'no-dev-dependencies',
      comment: 'What ships may not need a development package. Electron is the runtime itself.',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: 'node_modules/(electron|svelte|vite)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
