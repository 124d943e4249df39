/** Queues with their dead letters, and the bus with Weir's own rule on it. */
import { EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { DELIVERIES, VISIBILITY } from '#shared/aws/limits.ts';
import { DETAIL_TYPE, SOURCE } from '#shared/events/detail.ts';

export interface QueueWithDeadLetters {
  readonly queue: Queue;
  readonly deadLetters: Queue;
}

export interface Queues {
  readonly work: QueueWithDeadLetters;
  readonly orders: QueueWithDeadLetters;
  readonly events: QueueWithDeadLetters;
  readonly bus: EventBus;
}

const SECURE = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true } as const;
/** The longest that SQS keeps: dead letters wait for a person. */
const KEEP_DEAD_LETTERS = Duration.days(14);

function createQueue(scope: Construct, id: string): QueueWithDeadLetters {
  const deadLetters = new Queue(scope, `${id}DeadLetters`, { ...SECURE, retentionPeriod: KEEP_DEAD_LETTERS });
  const queue = new Queue(scope, `${id}Queue`, {
    ...SECURE,
    visibilityTimeout: Duration.millis(VISIBILITY),
    deadLetterQueue: { queue: deadLetters, maxReceiveCount: DELIVERIES },
  });
  return { queue, deadLetters };
}

export function createQueues(scope: Construct): Queues {
  const [work, orders, events] = [
    createQueue(scope, 'Work'),
    createQueue(scope, 'Orders'),
    createQueue(scope, 'Events'),
  ] as const;
  const bus = new EventBus(scope, 'Bus', { description: "Weir's transitions, for Weir and for rules of your own" });
  new Rule(scope, 'ToNotifier', {
    eventBus: bus,
    description: 'Every transition, to be told to people',
    eventPattern: { source: [SOURCE], detailType: [DETAIL_TYPE] },
    targets: [new SqsQueue(events.queue, { deadLetterQueue: events.deadLetters })],
  });
  return { work, orders, events, bus };
}
