/** The admission webhook as Lambda runs it: an HTTP event of API Gateway. */
import { httpFunction, type LambdaPorts } from '#shared/lambda.ts';
import { createAdmissionHandler, type AdmissionPorts } from './handler.ts';

/** A review carries the object twice, as it was and as it will be; the API server takes objects of up to 1.5 MiB. */
const LARGEST_BODY = 4 * 1024 * 1024;

export function admissionFunction(ports: AdmissionPorts & LambdaPorts) {
  const handle = createAdmissionHandler(ports);
  return httpFunction({ name: 'admission', handle, largestBodyBytes: LARGEST_BODY }, ports);
}
