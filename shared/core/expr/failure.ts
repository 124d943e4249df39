/** How the parts of this room give up; `compile.ts` turns it into a ConditionError with stage and position. */

/** `at` is the offset in the condition text (UTF-16 units) of what is wrong, where it is known. */
export class Failure extends Error {
  override readonly name = 'Failure';
  at: number | undefined;

  constructor(message: string, at?: number) {
    super(message);
    this.at = at;
  }
}

/** The one way to give up. */
export function fail(message: string, at?: number): never {
  throw new Failure(message, at);
}
