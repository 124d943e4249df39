/** Whose name an AWS request is made in: the default chain, a profile, and a role on top of either. */
import { domainOf } from '../../aws-client/domain.ts';
import type { HttpRequest } from '../../http.ts';
import { headersOf } from '../../http-headers.ts';
import { encodeForm } from '../form.ts';
import { askOrFail, ReadingError, type Environment, type ProviderContext } from '../provider.ts';
import { signed, type AwsCredentials } from '../../aws-client/signature-v4.ts';

export interface AwsIdentity {
  /** Empty: from the environment. */
  readonly region: string;
  readonly profile: string;
  readonly roleArn: string;
}

/** The limits of the request that the credentials are for. */
export type AwsLimits = Pick<HttpRequest, 'deadline' | 'signal'>;

export const NO_REGION = 'no AWS region: set AWS_REGION';

const SESSION_NAME = 'weir-metrics';
const MAX_STS_BYTES = 100_000;

/** The region of the environment; empty when it names none. */
export function knownRegion({ AWS_REGION: own, AWS_DEFAULT_REGION: common }: Environment): string {
  return own || common || '';
}

/** @throws ReadingError when no region is known */
export function regionOf({ region }: Pick<AwsIdentity, 'region'>, { environment }: ProviderContext): string {
  const found = region || knownRegion(environment);
  if (found === '') throw new ReadingError(`${NO_REGION}, or authentication.sigv4.region`);
  return found;
}

/** @throws ReadingError when there are none, or the role may not be assumed */
export async function credentialsOf(
  identity: AwsIdentity,
  limits: AwsLimits,
  context: ProviderContext,
): Promise<AwsCredentials> {
  const own = await ownCredentials(identity.profile, context.environment);
  return identity.roleArn === '' ? own : assumeRole(identity, own, limits, context);
}

/** Of the profile, or of the environment, or of the machine. @throws ReadingError when there are none */
export async function ownCredentials(profile: string, environment: Environment): Promise<AwsCredentials> {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = environment;
  if (profile === '' && accessKeyId && secretAccessKey) return credentials(accessKeyId, secretAccessKey, sessionToken);
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
  const request = {
    ...limits,
    method: 'POST',
    url: `https://sts.${region}.${domainOf(region)}/`,
    headers: headersOf({ 'Content-Type': 'application/x-www-form-urlencoded' }),
    body: encodeForm([
      ['Action', 'AssumeRole'],
      ['Version', '2011-06-15'],
      ['RoleArn', identity.roleArn],
      ['RoleSessionName', SESSION_NAME],
    ]),
    maxBytes: MAX_STS_BYTES,
  };
  const scope = { service: 'sts', region, credentials, now: context.clock.now() };
  const answer = await askOrFail(context.transport, signed(request, scope));
  return roleCredentialsIn(answer.status, answer.body);
}

/** STS answers with XML; of it three flat elements, or the code of a refusal, are wanted. */
function roleCredentialsIn(status: number, xml: string): AwsCredentials {
  const element = (name: string): string | undefined => new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  const [accessKeyId, secretAccessKey] = [element('AccessKeyId'), element('SecretAccessKey')];
  if (status === 200 && accessKeyId !== undefined && secretAccessKey !== undefined) {
    return credentials(accessKeyId, secretAccessKey, element('SessionToken'));
  }
  throw new ReadingError(`cannot assume the role of authentication.sigv4: ${element('Code') ?? status}`);
}

function credentials(accessKeyId: string, secretAccessKey: string, sessionToken: string | undefined): AwsCredentials {
  return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
}
