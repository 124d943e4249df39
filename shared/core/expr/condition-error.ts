/** Why a condition has no verdict. conditions.md §1, §15. */

/** `compile`: parsing, static checks, rewriting; `run`: while evaluating; `type`: the value is not of the wanted type. */
export type ConditionStage = 'compile' | 'run' | 'type';

/** Where in the condition text something is; both count from 1, columns in code points. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** The only error that leaves this room. `message` is the plain text that measurement messages embed. */
export class ConditionError extends Error {
  override readonly name = 'ConditionError';
  readonly stage: ConditionStage;
  readonly line: number | undefined;
  readonly column: number | undefined;

  constructor(stage: ConditionStage, message: string, position?: Position, options?: ErrorOptions) {
    super(message, options);
    this.stage = stage;
    this.line = position?.line;
    this.column = position?.column;
  }

  /** The text without a position: the same as `message`. */
  get plain(): string {
    return this.message;
  }

  /** The text for people who edit the condition: `1:8: unknown name foo`. */
  get located(): string {
    return this.line === undefined ? this.message : `${this.line}:${this.column}: ${this.message}`;
  }
}
