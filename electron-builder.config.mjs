/** What goes into the installers, and how each system sees the application. Run by scripts/dist.mjs. */
import { readFileSync } from 'node:fs';

const { packages } = JSON.parse(readFileSync(new URL('package-lock.json', import.meta.url), 'utf8'));
const { dependencies } = packages[''];

/** Only the pages need these, which are bundled, or only the terminal. What they need in turn stays out too. */
const notNeeded = [
  ...['@internationalized/date', '@lucide/svelte', '@tanstack/svelte-virtual', 'bits-ui', 'chart.js', 'chartjs-plugin-annotation'],
  ...['chartjs-plugin-zoom', 'svelte-sonner', 'svgcanvas', 'tinykeys', 'cli-progress', 'commander', 'open', 'ws'],
  ...['autocomplete', 'commands', 'lang-json', 'language', 'lint', 'state', 'view'].map((name) => `@codemirror/${name}`),
  '@lezer/highlight',
];

/** Names of all packages that those named need, themselves included, as the lock file has them. */
function withTheirs(names, found = new Set()) {
  for (const name of names) {
    const entry = packages[`node_modules/${name}`];
    if (!entry || found.has(name)) continue;
    found.add(name);
    withTheirs(Object.keys({ ...entry.dependencies, ...entry.optionalDependencies }), found);
  }
  return found;
}

/** The part in JavaScript of the engine `tensorflow`, whose native part each user sets up. Of what it needs only this is loaded. */
const tensorflow = [
  '@tensorflow/tfjs-node-gpu',
  'google-protobuf',
  '@tensorflow/tfjs-converter',
  '@tensorflow/tfjs-data',
  '@tensorflow/tfjs-backend-webgl',
];

const needed = withTheirs(Object.keys(dependencies).filter((name) => !notNeeded.includes(name)));
for (const name of ['@tensorflow/tfjs', ...tensorflow]) needed.add(name);
const installed = Object.entries(packages).filter(([path, { dev }]) => /^node_modules\//.test(path) && !dev);
const leftOut = installed.map(([path]) => path.replace(/^.*node_modules\//, '')).filter((name) => !needed.has(name));

/** Builds that tests drive through the debugger; never given to anyone. */
const forTests = process.env.CAPSCOPE_TEST_BUILD === '1';

/** @type {import('electron-builder').Configuration} */
export default {
  appId: 'io.github.capscope',
  productName: 'Capscope',
  executableName: 'capscope',
  copyright: 'Copyright © The Capscope authors',
  directories: { output: 'dist', buildResources: 'resources/icons' },

  files: [
    'out/{main,preload,renderer,kernels,report}/**',
    'out/icons/512x512.png',
    '!**/sources.sha256',
    'resources/**',
    '!resources/icons/**',
    'package.json',
    '!**/node_modules/**/*.{map,md,markdown,ts,mts,cts,cc,cpp,h,hpp,gyp,flow}',
    // Of TensorFlow.js what Node loads, of better-sqlite3 the one program for this system.
    '!**/node_modules/@tensorflow/*/{dist,src,.rollup.cache}/**',
    '!**/node_modules/@tensorflow/*/{tsconfig*,rollup.config.*}',
    '**/node_modules/@tensorflow/*/dist/*.node.js',
    '**/node_modules/@tensorflow/tfjs-node-gpu/dist/**/!(*_test).js',
    '!**/node_modules/@tensorflow/tfjs-node-gpu/{binding,scripts}/**',
    '!**/node_modules/better-sqlite3/{deps,src,prebuilds}/**',
    '**/node_modules/better-sqlite3/prebuilds/${platform}-${arch}.node',
    '!**/node_modules/node-addon-api/**',
    '!**/node_modules/h5wasm/{src,test,dist/iife}/**',
    '!**/node_modules/zod/src/**',
    // Of decoders the one build that is loaded.
    '!**/node_modules/geotiff/{dist-browser,dist-node,src}/**',
    '!**/node_modules/libarchive-wasm/src/**',
    '!**/node_modules/@cornerstonejs/codec-libjpeg-turbo-8bit/dist/{libjpegturbojs*,libjpegturbowasm.*}',
    '!**/node_modules/@cornerstonejs/codec-openjpeg/dist/{openjpegjs.js,openjpegwasm*}',
    '!**/node_modules/@uwdata/flechette/docs/**',
    '!**/node_modules/protobufjs/{dist,scripts}/**',
    // Libraries for another runtime than Node.
    '!**/node_modules/bare-{buffer,fs,path,stream,url}/**',
    ...[...new Set(leftOut)].map((name) => `!**/node_modules/${name}/**`),
  ],
  // What is no part of the archive is read as plain files: by programs, by their threads, and by the system's loader.
  asar: true,
  asarUnpack: ['resources/**', 'out/kernels/**', '**/*.{node,wasm}', '**/node_modules/{@img,@tensorflow/tfjs-backend-wasm}/**'],
  extraResources: [
    { from: 'LICENSE', to: 'LICENSE' },
    { from: 'out/third-party-licenses.txt', to: 'third-party-licenses.txt' },
  ],
  // Every native library comes ready-made with its package.
  npmRebuild: false,
  nodeGypRebuild: false,
  electronLanguages: ['en', 'en-US'],
  electronFuses: {
    runAsNode: false,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: forTests,
    enableCookieEncryption: true,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    grantFileProtocolExtraPrivileges: false,
    resetAdHocDarwinSignature: true,
  },
  publish: null,

  fileAssociations: [
    {
      ext: 'capscope',
      name: 'Capscope run',
      description: 'Capscope run',
      mimeType: 'application/x-capscope-run',
      role: 'Editor',
      rank: 'Owner',
      icon: 'out/icons/icon',
    },
  ],
  artifactName: 'capscope-${version}-${os}-${arch}.${ext}',
  linux: {
    target: ['deb', 'AppImage'],
    icon: 'out/icons',
    category: 'Science',
    synopsis: 'Workbench for deep capsule networks',
    description: 'Trains capsule networks, shows which capsules vanish, prunes the networks and compares them side by side.',
    maintainer: 'The Capscope authors <capscope@users.noreply.github.com>',
    vendor: 'The Capscope authors',
    desktop: { entry: { Keywords: 'machine learning;neural network;capsule;pruning;', StartupWMClass: 'Capscope' } },
  },
  deb: { packageCategory: 'science', priority: 'optional' },
  win: { target: ['nsis'], icon: 'out/icons/icon.ico' },
  nsis: {
    oneClick: false,
    perMachine: false,
    allowToChangeInstallationDirectory: true,
    deleteAppDataOnUninstall: false,
    license: 'LICENSE',
  },
  mac: {
    target: ['dmg'],
    icon: 'out/icons/icon.icns',
    category: 'public.app-category.developer-tools',
    darkModeSupport: true,
    hardenedRuntime: true,
  },
  dmg: { title: 'Capscope ${version}' },
};
