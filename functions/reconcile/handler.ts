/** An SQS batch of work messages: one pass each, side by side; what must be redelivered is reported per message. */
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { messageOf } from '#core/errors.ts';
import { handleMessage, type PassOptions } from '#shared/controllers/pass.ts';
import type { Ports } from '#shared/ports.ts';
import { parseWorkMessage } from './schema.ts';

export function createReconcileHandler(ports: Ports, options: PassOptions = {}) {
  return async function reconcileBatch(event: Pick<SQSEvent, 'Records'>): Promise<SQSBatchResponse> {
    const results = await Promise.all(event.Records.map((record) => one(record)));
    return { batchItemFailures: results.flatMap((failed) => (failed === undefined ? [] : [failed])) };
  };

  async function one(record: SQSRecord): Promise<{ itemIdentifier: string } | undefined> {
    const failure = { itemIdentifier: record.messageId };
    try {
      const outcome = await handleMessage(parseWorkMessage(record.body), ports, options);
      return outcome === 'done' ? undefined : failure;
    } catch (error) {
      ports.log.error('Message failed', { messageId: record.messageId, error: messageOf(error) });
      return failure;
    }
  }
}
