/**
 * Into an EKS cluster with an AWS identity: the bearer token is a presigned call of sts:GetCallerIdentity, which EKS makes
 * to learn who asks. Tokens live for 15 minutes; the next one is made well before.
 */
import { MINUTE, SECOND, type Instant, type Millis } from '#core/time.ts';
import type { Clock } from '../ports.ts';
import { presigned, type AwsCredentials } from '../aws-client/signature-v4.ts';
import { assumeRole, describeCluster, stsHost } from './eks-requests.ts';
import type { Login } from './credentials.ts';
import { tokenLogin } from './token-login.ts';

export interface EksOptions {
  /** Its name in EKS. */
  readonly name: string;
  readonly region: string;
  /** Taken on before anything else: for a cluster of another account. */
  readonly roleArn?: string | undefined;
  /** Without these EKS is asked. */
  readonly server?: string | undefined;
  readonly certificateAuthority?: string | undefined;
  readonly clock: Clock;
  /** Weir's own. */
  readonly credentials: () => Promise<AwsCredentials>;
  readonly fetch?: typeof fetch;
}

/** EKS accepts a token for 15 minutes, whatever its URL says; roles are assumed for an hour. */
const RENEW_AFTER: Millis = 10 * MINUTE;
/** As `aws eks get-token` signs it. */
const URL_LIFE: Millis = 60 * SECOND;

/** A login that is good until the API server refuses it. @throws what EKS and STS refuse, by name */
export function eksLogin(options: EksOptions): () => Promise<Login> {
  return async () => {
    const { server, certificateAuthority } = await placeOf(options);
    return tokenLogin({ server, certificateAuthority, token: createTokens(options) });
  };
}

async function placeOf(options: EksOptions) {
  const { server, certificateAuthority } = options;
  if (server !== undefined) return { server, certificateAuthority };
  return describeCluster(options.name, await scopeOf(options), options.fetch ?? fetch);
}

function createTokens(options: EksOptions): () => Promise<string> {
  let made: { readonly token: Promise<string>; readonly at: Instant } | undefined;
  return async () => {
    const now = options.clock.now();
    if (made === undefined || now - made.at >= RENEW_AFTER) made = { token: tokenFor(options), at: now };
    try {
      return await made.token;
    } catch (error) {
      made = undefined;
      throw error;
    }
  };
}

async function tokenFor(options: EksOptions): Promise<string> {
  const { name, region } = options;
  const url = `https://${stsHost(region)}/?Action=GetCallerIdentity&Version=2011-06-15`;
  const signing = { headers: { 'x-k8s-aws-id': name }, expiresIn: URL_LIFE };
  const proof = presigned(url, signing, { service: 'sts', ...(await scopeOf(options)) });
  return `k8s-aws-v1.${Buffer.from(proof).toString('base64url')}`;
}

async function scopeOf({ region, roleArn, clock, credentials, fetch: ask = fetch }: EksOptions) {
  const own = { region, credentials: await credentials(), now: clock.now() };
  if (roleArn === undefined) return own;
  return { ...own, credentials: await assumeRole(roleArn, own, ask) };
}
