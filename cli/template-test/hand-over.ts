/** Choosing a schema by what is written, so that a mistake is told in the words of that choice only. */
import * as z from 'zod';

/** What the schema makes of a value, with its problems as problems of this place. */
export function handOver<Output>(schema: z.ZodType<Output>, written: unknown, context: z.core.$RefinementCtx): Output {
  const parsed = schema.safeParse(written);
  if (parsed.success) return parsed.data;
  context.issues.push(...parsed.error.issues.map((issue) => ({ ...issue, input: written }) as z.core.$ZodRawIssue));
  return z.NEVER;
}
