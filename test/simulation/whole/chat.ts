/** Stands in for Slack's channels: messages in threads, found again by their marks. */
import type { SlackMessage } from '#core/messages/card/block.ts';
import type { Instant } from '#core/time.ts';
import type { Clock } from '#shared/ports.ts';
import type { Chat } from '#shared/slack/chat.ts';

export interface Message {
  readonly ts: string;
  readonly at: Instant;
  readonly channel: string;
  readonly mark: string;
  readonly thread: string | undefined;
  message: SlackMessage;
}

export interface ChatStandIn extends Chat {
  readonly messages: readonly Message[];
}

export function createChat(clock: Clock): ChatStandIn {
  const messages: Message[] = [];
  let numbered = 0;
  return {
    messages,
    async post({ channel, message, thread, mark }) {
      const ts = `${clock.now()}.${numbered++}`;
      messages.push({ ts, at: clock.now(), channel, mark, thread, message });
      return { state: 'posted', channel, ts };
    },
    async update(place, message) {
      const found = messages.find(({ ts }) => ts === place.ts);
      if (found === undefined) return { state: 'closed', error: 'message_not_found' };
      found.message = message;
      return { state: 'posted', ...place };
    },
    async remove({ ts }) {
      const place = messages.findIndex((message) => message.ts === ts);
      if (place >= 0) messages.splice(place, 1);
    },
    async find(channel, mark, since, thread) {
      const found = messages.find(
        (message) =>
          message.channel === channel && message.mark === mark && message.at >= since && message.thread === thread,
      );
      return found && { channel, ts: found.ts };
    },
  };
}
