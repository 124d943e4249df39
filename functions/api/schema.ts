/** What the API is sent. */
import * as z from 'zod/mini';

const textOf = (longest: number) => z.string().check(z.minLength(1), z.maxLength(longest));

/** An order in the words of a slash command; `id` makes a repeated request the same order. */
const orderRequest = z.strictObject({ id: textOf(100), words: textOf(3_000) });

export function parseOrderRequest(rawBody: string): z.infer<typeof orderRequest> | { readonly problem: string } {
  try {
    return orderRequest.parse(JSON.parse(rawBody));
  } catch {
    return { problem: 'the body must be {"id": "…", "words": "promote NAME"}' };
  }
}
