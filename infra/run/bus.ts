/** Transitions in this process: one line each, and whoever else is told. */
import { messageOf } from '#core/errors.ts';
import type { Announcer, EventBus, Log, ReleaseEvent } from '#shared/ports.ts';

/** @param announcer what people are told by beside the log */
export function createRunBus(log: Log, announcer?: Announcer): EventBus {
  async function tell(event: ReleaseEvent): Promise<void> {
    const { key, transition, releaseId } = event;
    const { type, message } = transition;
    const fields = { ...key, release: releaseId, type, says: message };
    // Each measurement is one; what they come to is told besides.
    if (type === 'measured') log.debug('Transition', fields);
    else log.info('Transition', fields);
    await announcer?.announce(event);
  }
  return {
    async publish(events) {
      for (const event of events) {
        tell(event).catch((error: unknown) =>
          log.warn('Transition not told', { id: event.id, error: messageOf(error) }),
        );
      }
    },
  };
}
