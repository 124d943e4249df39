/** Amazon CloudWatch's GetMetricData, asked by the AWS SDK. analysis §18.6 */
import type { CloudWatchClient, GetMetricDataInput, GetMetricDataOutput } from '@aws-sdk/client-cloudwatch';
import { SECOND } from '#core/time.ts';
import { HttpFailureError } from '../egress/failure.ts';
import { inTime, type HttpRequest } from '../http.ts';
import type { MetricProvider } from '../ports.ts';
import { knownRegion, NO_REGION, ownCredentials } from './aws/credentials.ts';
import { createRequestHandler } from './aws/request-handler.ts';
import { readingFrom } from './cloud-watch/answer.ts';
import { inputOf } from './cloud-watch/input.ts';
import { ReadingError, withoutSecrets, type KeepSecret, type ProviderContext } from './provider.ts';

type Sdk = typeof import('@aws-sdk/client-cloudwatch');

/** What one reading may use. */
type Asking = ProviderContext & Pick<HttpRequest, 'deadline' | 'signal'> & { readonly keep: KeepSecret };

/** For all pages together. */
const TIMEOUT = 30 * SECOND;
/** The SDK's own default: throttling and faults of the service are tried again. */
const DEFAULT_ATTEMPTS = 3;

export function createCloudWatchProvider(context: ProviderContext): MetricProvider {
  return {
    type: 'CloudWatch',
    read: ({ metric, now }, signal) =>
      withoutSecrets(async (keep) => {
        const input = inputOf(metric.provider.cloudWatch ?? { metricDataQueries: [] }, now);
        const deadline = context.startDeadline(TIMEOUT);
        return readingFrom(await ask(input, { ...context, deadline, signal, keep }));
      }),
  };
}

/** @throws ReadingError when the service refuses or does not answer */
async function ask(input: GetMetricDataInput, asking: Asking): Promise<readonly GetMetricDataOutput[]> {
  const sdk = await import('@aws-sdk/client-cloudwatch');
  try {
    return await inTime(() => allPages(sdk, clientOf(sdk, asking), input), asking);
  } catch (error) {
    throw new ReadingError(error instanceof ReadingError ? error.message : `CloudWatch: ${causeOf(error, sdk)}`);
  }
}

function clientOf(sdk: Sdk, { environment, transport, deadline, signal, keep }: Asking): CloudWatchClient {
  const { AWS_ENDPOINT_URL_CLOUDWATCH: own, AWS_ENDPOINT_URL: common, AWS_MAX_ATTEMPTS: attempts } = environment;
  const endpoint = own || common;
  if (endpoint && !URL.canParse(endpoint)) throw new ReadingError('the AWS endpoint of the environment is not a URL');
  const region = knownRegion(environment);
  return new sdk.CloudWatchClient({
    ...(endpoint && { endpoint }),
    // Without one the SDK looks into the profile.
    ...(region && { region }),
    credentials: async () => {
      const credentials = await ownCredentials('', environment);
      [credentials.secretAccessKey, credentials.sessionToken ?? ''].forEach(keep);
      return credentials;
    },
    maxAttempts: Number(attempts) || DEFAULT_ATTEMPTS,
    requestHandler: createRequestHandler(transport, { deadline, signal }),
  });
}

async function allPages(sdk: Sdk, client: CloudWatchClient, input: GetMetricDataInput): Promise<GetMetricDataOutput[]> {
  await client.config.region().catch(() => {
    throw new ReadingError(NO_REGION);
  });
  const pages: GetMetricDataOutput[] = [];
  for await (const page of sdk.paginateGetMetricData({ client, stopOnSameToken: true }, input)) pages.push(page);
  return pages;
}

/** Why the SDK gave up. What it says of an answer that it cannot read quotes the answer, and is not told. */
function causeOf(error: unknown, { CloudWatchServiceException }: Sdk): string {
  if (error instanceof HttpFailureError) return error.failure.reason;
  const { $metadata: { httpStatusCode: status } = {} } = error as { $metadata?: { httpStatusCode?: number } };
  if (status === undefined) throw error;
  if (error instanceof CloudWatchServiceException && error.name !== 'Unknown') return `${error.name}: ${error.message}`;
  return status === 200 ? 'not an answer of GetMetricData' : `HTTP ${status}`;
}
