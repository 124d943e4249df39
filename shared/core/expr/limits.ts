/**
 * What one condition may cost. The first two and the nesting of data are the language's (conditions.md §14); the others
 * keep every evaluation within about 100 ms on one core, whatever tenants write and metric systems answer.
 */

/** Syntax nodes of one condition. */
export const MAX_NODES = 10_000;
/** Array and map slots that one evaluation may create (exclusive). */
export const MEMORY_BUDGET = 1_000_000;
/** Levels of nested data. */
export const MAX_DATA_DEPTH = 10_000;

/** Levels of nested syntax: brackets, calls, members, ternaries. Chains of binary operators do not nest. */
export const MAX_SYNTAX_DEPTH = 400;
/** Units of work of one evaluation; a unit is about one operation on one value, some ten nanoseconds or less. */
export const MAX_STEPS = 8_000_000;
/** UTF-16 units of one string made by an evaluation. */
export const MAX_STRING_LENGTH = 10_000_000;

/** Instructions of one compiled regular expression. */
export const MAX_REGEXP_SIZE = 10_000;
/** Levels of groups in one regular expression. */
export const MAX_REGEXP_DEPTH = 400;

export const MEMORY_EXCEEDED = 'memory budget exceeded';
export const STEPS_EXCEEDED = `evaluation takes more than ${MAX_STEPS} steps`;
export const DEPTH_EXCEEDED = 'recursion depth exceeded';
