/** Whose name an AWS request is made in: the default chain, a profile, and a role on top of either. */
import type { HttpRequest } from '../../http.ts';
import { encodeForm } from '../form.ts';
import { askOrFail, ReadingError, type ProviderContext } from '../provider.ts';
import { signatureHeaders, type AwsCredentials } from './sigv4.ts';

export interface AwsIdentity {
  /** Empty: from the environment. */
  readonly region: string;
  readonly profile: string;
  readonly roleArn: string;
}

/** The limits of the request that the credentials are for. */
export type AwsLimits = Pick<HttpRequest, 'deadline' | 'signal'>;

const SESSION_NAME = 'weir-metrics';

/** @throws ReadingError when no region is known */
export function regionOf({ region }: Pick<AwsIdentity, 'region'>, { environment }: ProviderContext): string {
  const found = region || environment['AWS_REGION'] || environment['AWS_DEFAULT_REGION'];
  if (found === undefined || found === '') {
    throw new ReadingError('no AWS region: set authentication.sigv4.region or AWS_REGION');
  }
  return found;
}

/** @throws ReadingError when there are none, or the role may not be assumed */
export async function credentialsOf(
  identity: AwsIdentity,
  limits: AwsLimits,
  context: ProviderContext,
): Promise<AwsCredentials> {
  const own = await ownCredentials(identity.profile, context);
  return identity.roleArn === '' ? own : assumeRole(identity, own, limits, context);
}

async function ownCredentials(profile: string, { environment }: ProviderContext): Promise<AwsCredentials> {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = environment;
  if (profile === '' && accessKeyId !== undefined && secretAccessKey !== undefined) {
    return { accessKeyId, secretAccessKey, sessionToken: environment['AWS_SESSION_TOKEN'] };
  }
  const { defaultProvider } = await import('@aws-sdk/credential-provider-node');
  try {
    return await defaultProvider(profile === '' ? {} : { profile })();
  } catch (error) {
    throw new ReadingError(`no AWS credentials: ${error instanceof Error ? error.name : 'unknown cause'}`);
  }
}

async function assumeRole(
  identity: AwsIdentity,
  credentials: AwsCredentials,
  limits: AwsLimits,
  context: ProviderContext,
): Promise<AwsCredentials> {
  const region = regionOf(identity, context);
  const url = new URL(`https://sts.${region}.${region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'}/`);
  const body = encodeForm([
    ['Action', 'AssumeRole'],
    ['Version', '2011-06-15'],
    ['RoleArn', identity.roleArn],
    ['RoleSessionName', SESSION_NAME],
  ]);
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const scope = { service: 'sts', region, credentials, now: context.clock.now() };
  const proof = signatureHeaders({ method: 'POST', url, headers, body }, scope);
  const answer = await askOrFail(context.transport, {
    ...limits,
    method: 'POST',
    url: url.href,
    headers: Object.entries({ ...headers, ...proof }).map(([name, value]) => ({ name, value })),
    body,
    maxBytes: 100_000,
  });
  return roleCredentialsIn(answer.status, answer.body);
}

/** STS answers with XML; of it three flat elements, or the code of a refusal, are wanted. */
function roleCredentialsIn(status: number, xml: string): AwsCredentials {
  const element = (name: string): string | undefined => new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  const [accessKeyId, secretAccessKey] = [element('AccessKeyId'), element('SecretAccessKey')];
  if (status === 200 && accessKeyId !== undefined && secretAccessKey !== undefined) {
    return { accessKeyId, secretAccessKey, sessionToken: element('SessionToken') };
  }
  throw new ReadingError(`cannot assume the role of authentication.sigv4: ${element('Code') ?? status}`);
}
