/** One work message: one pass over its object. */
import type { SQSRecord } from 'aws-lambda';
import { ConflictError } from '#core/errors.ts';
import { handleMessage, type PassOptions } from '#shared/controllers/pass.ts';
import type { Ports } from '#shared/ports.ts';
import { parseWorkMessage } from './schema.ts';

export function createReconcileHandler(ports: Ports, options: PassOptions = {}) {
  /** @throws what puts the message back into the queue: it is held by another worker, or its pass failed */
  return async function reconcileMessage({ body }: Pick<SQSRecord, 'body'>): Promise<void> {
    const message = parseWorkMessage(body);
    const outcome = await handleMessage(message, ports, options);
    if (outcome === 'done') return;
    const { namespace, name } = message.request;
    throw new ConflictError(`${namespace}/${name} is held by another worker, or its pass failed`);
  };
}
