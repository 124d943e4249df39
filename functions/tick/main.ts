/** The tick on AWS. */
import { SECOND } from '#core/time.ts';
import { plugIn } from '#shared/aws.ts';
import { tickFunction } from './function.ts';

const { ports, config } = plugIn('tick');
export const handler = tickFunction(ports, { watchFor: config.aws.watchSeconds * SECOND });
