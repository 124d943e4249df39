/** The admission webhook on AWS. */
import { plugIn } from '#shared/aws.ts';
import { admissionFunction } from './function.ts';

const { ports, secret } = plugIn('admission');
export const handler = admissionFunction({ ...ports, secrets: () => secret('admissionSecret') });
