/** What a method of the contract is: a schema that its argument must satisfy, and the type of what it answers. */
import { z } from 'zod';

declare const answer: unique symbol;

export interface Method<Argument extends z.ZodType = z.ZodType, Answer = unknown> {
  readonly argument: Argument;
  /** Only a type; nothing is there at run time. */
  readonly [answer]?: Answer;
}

/** `method<Answer>()(schema)`; without a schema the method takes no argument. */
export const method =
  <Answer>() =>
  <Argument extends z.ZodType = z.ZodUndefined>(argument?: Argument): Method<Argument, Answer> => ({
    argument: argument ?? (z.undefined() as unknown as Argument),
  });

/** What a caller passes: defaults may be left out. */
export type ArgumentOf<M> = M extends Method<infer Argument> ? z.input<Argument> : never;
/** What the implementation gets: checked, defaults filled in. */
export type ParsedArgumentOf<M> = M extends Method<infer Argument> ? z.output<Argument> : never;
export type AnswerOf<M> = M extends Method<z.ZodType, infer Answer> ? Answer : never;
