/** A request to an AWS service with its proof. */
import type { HttpRequest } from '../../http.ts';
import type { ProviderContext } from '../provider.ts';
import { credentialsOf, regionOf, type AwsIdentity } from './credentials.ts';
import { signatureHeaders } from './sigv4.ts';

/** @throws ReadingError when there are no credentials */
export async function signForAws(
  request: HttpRequest,
  identity: AwsIdentity & { readonly service: string },
  context: ProviderContext,
): Promise<HttpRequest> {
  const region = regionOf(identity, context);
  const credentials = await credentialsOf(identity, request, context);
  const url = new URL(request.url);
  const headers = request.headers ?? [];
  // Only what AWS reads is signed: a proxy on the way may touch the rest.
  const signed = headers.filter(({ name }) => /^(content-type|x-amz-.*)$/i.test(name));
  const proof = signatureHeaders(
    {
      method: request.method,
      url,
      headers: Object.fromEntries(signed.map(({ name, value }) => [name.toLowerCase(), value])),
      body: request.body ?? '',
    },
    { service: identity.service, region, credentials, now: context.clock.now() },
  );
  const added = Object.entries(proof).map(([name, value]) => ({ name, value }));
  return { ...request, headers: [...headers, ...added] };
}
