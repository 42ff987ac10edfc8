import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import tseslint from 'typescript-eslint';

const assembly = '**/assembly/**';

export default tseslint.config(
  { ignores: ['out/', 'dist/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts', '**/*.svelte'],
    ignores: [assembly],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.json', './tsconfig.renderer.json'],
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: ['.svelte'],
      },
    },
    rules: {
      // Index arithmetic on typed arrays is checked by tests; `!` says "in range" where noUncheckedIndexedAccess cannot know.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // A value and the type of the same name, as zod schemas are written here.
      'no-redeclare': 'off',
      '@typescript-eslint/no-redeclare': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
  {
    // AssemblyScript: TypeScript but for decorators on functions and other types, so it is read without types.
    files: [`${assembly}/*.ts`],
    extends: [tseslint.configs.strict],
    languageOptions: { parserOptions: { allowInvalidAST: true } },
    rules: {
      // The compiler knows what is defined.
      'no-undef': 'off',
      // What is done to the low and the high lanes stands on one line, with a comma between.
      '@typescript-eslint/no-unused-expressions': 'off',
    },
  },
  svelte.configs['flat/recommended'],
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: tseslint.parser }, globals: globals.browser },
  },
  {
    // What a component hands to its callbacks and snippets is known to svelte-check, which refuses `any`, but not to ESLint.
    files: ['**/*.svelte'],
    rules: {
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      // One of several properties may be bindable, and only `let` can declare that.
      'prefer-const': ['error', { destructuring: 'all' }],
    },
  },
  // State is replaced as a whole; sets and maps that are state are declared with $state.raw.
  { files: ['src/renderer/**'], rules: { 'svelte/prefer-svelte-reactivity': 'off' } },
  { files: ['src/renderer/**', 'src/preload/**'], languageOptions: { globals: globals.browser } },
  { files: ['**/*.{js,mjs,cjs}'], languageOptions: { globals: globals.node } },
  { files: ['test/electron-host/page.mjs'], languageOptions: { globals: globals.browser } },
);
