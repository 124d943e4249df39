/** A request to an AWS service with its proof, in the name that a metric says. */
import type { HttpRequest } from '../../http.ts';
import type { KeepSecret, ProviderContext } from '../provider.ts';
import { credentialsOf, regionOf, type AwsIdentity } from './credentials.ts';
import { signed } from '../../aws-client/signature-v4.ts';

/** @throws ReadingError when there are no credentials */
export async function signForAws(
  request: HttpRequest,
  identity: AwsIdentity & { readonly service: string },
  context: ProviderContext & { readonly keep: KeepSecret },
): Promise<HttpRequest> {
  const region = regionOf(identity, context);
  const credentials = await credentialsOf(identity, request, context);
  [credentials.secretAccessKey, credentials.sessionToken ?? ''].forEach(context.keep);
  return signed(request, { service: identity.service, region, credentials, now: context.clock.now() });
}
