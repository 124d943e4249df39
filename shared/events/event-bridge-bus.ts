/** The bus in EventBridge: one event per transition, for Weir's notifier and for rules of the user's own. docs/events.md */
import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { messageOf, TransientError } from '#core/errors.ts';
import { CLIENT_OPTIONS } from '../aws-client/sdk-options.ts';
import type { EventBus, ReleaseEvent } from '../ports.ts';
import { DETAIL_TYPE, detailOf, SOURCE } from './detail.ts';

/** The most entries that one request may have. */
const ENTRIES = 10;

export function connectEventBridge(): EventBridgeClient {
  return new EventBridgeClient(CLIENT_OPTIONS);
}

export function createEventBridgeBus(client: EventBridgeClient, EventBusName: string): EventBus {
  return {
    async publish(events) {
      for (let from = 0; from < events.length; from += ENTRIES) {
        await put(
          client,
          events.slice(from, from + ENTRIES).map((event) => entryOf(event, EventBusName)),
        );
      }
    },
  };
}

function entryOf(event: ReleaseEvent, EventBusName: string): PutEventsRequestEntry {
  const { cluster, kind, namespace, name } = event.key;
  return {
    EventBusName,
    Source: SOURCE,
    DetailType: DETAIL_TYPE,
    Detail: JSON.stringify(detailOf(event)),
    Time: new Date(event.transition.at),
    Resources: [`weir/${cluster}/${kind}/${namespace}/${name}`],
  };
}

/** @throws TransientError when the bus did not take all of them: they are put again, and consumers know the ids */
async function put(client: EventBridgeClient, Entries: PutEventsRequestEntry[]): Promise<void> {
  const refused = await refusals(client, Entries);
  if (refused.length > 0) throw new TransientError(`EventBridge did not take ${refused.length} events: ${refused[0]}`);
}

async function refusals(client: EventBridgeClient, Entries: PutEventsRequestEntry[]): Promise<readonly string[]> {
  try {
    const { Entries: answers = [] } = await client.send(new PutEventsCommand({ Entries }));
    return answers.flatMap(({ ErrorCode, ErrorMessage }) =>
      ErrorCode === undefined ? [] : [`${ErrorCode}: ${ErrorMessage ?? ''}`],
    );
  } catch (error) {
    throw new TransientError(`EventBridge did not do its work: ${messageOf(error)}`, { cause: error });
  }
}
