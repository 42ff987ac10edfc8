/**
 * Lets Prettier format AssemblyScript. That is TypeScript except for decorators on functions, which no parser of Prettier's takes:
 * they are read as line comments of the same length, which Prettier prints as the file has them.
 */
import { parsers as typescript } from 'prettier/plugins/typescript';

const parser = typescript.typescript;

export const parsers = {
  assemblyscript: {
    ...parser,
    parse: (text, options) => parser.parse(text.replaceAll(/^@i(?=nline$)/gm, '//'), options),
  },
};
