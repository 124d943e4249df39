/** What all clients of AWS share: how long they wait, how often they try, and what they need not find out. */

/** A function has seconds, not minutes: without these an address that swallows packets would hold it until its end. */
const PATIENCE = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
} as const;

/** Read from files in the home directory otherwise, where a function has none. */
const SETTLED = {
  retryMode: 'standard',
  useDualstackEndpoint: false,
  useFipsEndpoint: false,
  defaultsMode: 'standard',
} as const;

export const CLIENT_OPTIONS = { ...PATIENCE, ...SETTLED, ...givenIdentity(process.env) };

/** Lambda puts region and credentials into the environment; the chain that looks elsewhere takes longer than a request. */
function givenIdentity({
  AWS_REGION: region,
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: secretAccessKey,
  AWS_SESSION_TOKEN: sessionToken,
}: NodeJS.ProcessEnv) {
  if (!region || !accessKeyId || !secretAccessKey) return {};
  return { region, credentials: { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) } };
}
