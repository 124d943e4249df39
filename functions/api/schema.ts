/** What the API is sent. */
import * as z from 'zod';

/** An order in the words of a slash command; `id` makes a repeated request the same order. */
const orderRequest = z.strictObject({ id: z.string().min(1).max(100), words: z.string().min(1).max(3_000) });

export function parseOrderRequest(rawBody: string): z.infer<typeof orderRequest> | { readonly problem: string } {
  try {
    return orderRequest.parse(JSON.parse(rawBody));
  } catch {
    return { problem: 'the body must be {"id": "…", "words": "promote NAME"}' };
  }
}
