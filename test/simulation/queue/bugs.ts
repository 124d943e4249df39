/** Deliberate defects, to see that a simulation would find them. Each breaks one promise of a store or of the queue. */
import type { RunHistory, WorkQueue } from '#shared/ports.ts';
import type { TicketStore } from '#shared/queue/ticket-store.ts';
import { droppingDirtyFlag, recordingBlindly, withoutRescue } from '../bugs.ts';

/** The shared parts of a simulated world that a defect may replace. */
export interface Core {
  readonly tickets: TicketStore;
  readonly history: RunHistory;
  readonly queueOf: (tickets: TicketStore) => WorkQueue;
}

export const BUGS = {
  'dropped dirty flag': (core: Core): Core => ({ ...core, tickets: droppingDirtyFlag(core.tickets) }),
  'tickets written blindly': (core: Core): Core => ({
    ...core,
    tickets: {
      ...core.tickets,
      async write(request, _expected, ticket) {
        return core.tickets.write(request, (await core.tickets.read(request))?.tag, ticket);
      },
    },
  }),
  'lost rescue': (core: Core): Core => ({ ...core, queueOf: (tickets) => withoutRescue(core.queueOf(tickets)) }),
  'record without conditions': (core: Core): Core => ({ ...core, history: recordingBlindly(core.history) }),
  'told whatever the version': (core: Core): Core => ({
    ...core,
    history: {
      ...core.history,
      async told(key) {
        await core.history.told(key, (await core.history.latest(key))?.version ?? 0);
      },
    },
  }),
  'told before the bus accepted': (core: Core): Core => ({
    ...core,
    history: {
      ...core.history,
      async file(key, latest) {
        await core.history.file(key, latest);
        await core.history.told(key, latest.version);
      },
    },
  }),
  'transitions never filed': (core: Core): Core => ({
    ...core,
    history: { ...core.history, file: async () => undefined },
  }),
} as const satisfies Record<string, (core: Core) => Core>;

export type Bug = keyof typeof BUGS;
