/** The two questions to AWS on the way into an EKS cluster. */
import { DeniedError, InvalidSpecError, messageOf, TransientError } from '#core/errors.ts';
import { SECOND, type Millis } from '#core/time.ts';
import { domainOf } from '../aws-client/domain.ts';
import { signed, type AwsCredentials, type SigningScope } from '../aws-client/signature-v4.ts';

const TIMEOUT: Millis = 5 * SECOND;
const SESSION_NAME = 'weir';

type Scope = Omit<SigningScope, 'service'>;

/** @throws InvalidSpecError when there is no such cluster, DeniedError without eks:DescribeCluster, else TransientError */
export async function describeCluster(name: string, scope: Scope, ask: typeof fetch) {
  const { region } = scope;
  const url = `https://eks.${region}.${domainOf(region)}/clusters/${encodeURIComponent(name)}`;
  const what = `EKS cluster ${name} in ${region}`;
  const { status, text } = await exchange({ method: 'GET', url, headers: [] }, { service: 'eks', ...scope }, ask);
  if (status === 404) throw new InvalidSpecError(`${what} does not exist; correct clusters[].eks in weir.yaml`);
  if (status === 403) throw new DeniedError(`Weir may not describe ${what}: it needs eks:DescribeCluster`);
  if (status !== 200) throw new TransientError(`${what} could not be described: EKS answered ${status}`);
  const { cluster } = JSON.parse(text) as {
    readonly cluster: { readonly endpoint?: string; readonly certificateAuthority?: { readonly data?: string } };
  };
  if (cluster.endpoint === undefined) throw new TransientError(`${what} has no API server yet`);
  return { server: cluster.endpoint, certificateAuthority: cluster.certificateAuthority?.data };
}

/** @throws DeniedError when the role may not be taken on, else TransientError */
export async function assumeRole(roleArn: string, scope: Scope, ask: typeof fetch): Promise<AwsCredentials> {
  const body = new URLSearchParams({
    Action: 'AssumeRole',
    Version: '2011-06-15',
    RoleArn: roleArn,
    RoleSessionName: SESSION_NAME,
  });
  const headers = [{ name: 'content-type', value: 'application/x-www-form-urlencoded' }];
  const request = { method: 'POST', url: `https://${stsHost(scope.region)}/`, headers, body: body.toString() };
  const { status, text } = await exchange(request, { service: 'sts', ...scope }, ask);
  const element = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1];
  const [accessKeyId, secretAccessKey] = [element('AccessKeyId'), element('SecretAccessKey')];
  const sessionToken = element('SessionToken');
  if (status === 403) throw new DeniedError(`Weir may not take on the role ${roleArn}: ${element('Code') ?? status}`);
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw new TransientError(`the role ${roleArn} could not be taken on: STS answered ${element('Code') ?? status}`);
  }
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}

export function stsHost(region: string): string {
  return `sts.${region}.${domainOf(region)}`;
}

type Request = Parameters<typeof signed>[0] & { readonly body?: string };

async function exchange(request: Request, scope: SigningScope, ask: typeof fetch) {
  const { method, url, headers = [], body } = signed(request, scope);
  const init = {
    method,
    headers: headers.map(({ name, value }): [string, string] => [name, value]).filter(([name]) => name !== 'host'),
    signal: AbortSignal.timeout(TIMEOUT),
    ...(body === undefined ? {} : { body }),
  };
  try {
    const answer = await ask(url, init);
    return { status: answer.status, text: await answer.text() };
  } catch (error) {
    throw new TransientError(`${new URL(url).host} did not answer: ${messageOf(error)}`, { cause: error });
  }
}
