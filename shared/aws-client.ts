/** What all clients of AWS share: how long they wait, and how often they try. */

/** A function has seconds, not minutes: without these an address that swallows packets would hold it until its end. */
export const CLIENT_OPTIONS = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
} as const;
