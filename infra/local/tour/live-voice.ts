/** The tour in a terminal: the tree of the rollout being released, redrawn, above what was told last. */
import { renderRollout } from '#core/messages/tree/render.ts';
import { readView } from '#shared/controllers/view.ts';
import { siteOf } from '#shared/controllers/site.ts';
import { paintText } from '../../../cli/io.ts';
import type { LocalStack } from '../stack.ts';
import { eventLine, explanation, summaryText, type Voice } from './narrator.ts';
import type { RolloutPlace } from './watch.ts';

/** At most four pictures a second, as much as an eye can follow. */
const REDRAW_EVERY_MS = 250;
const LINES = 12;
const HOME_AND_CLEAR = '\u001b[H\u001b[2J';

export interface Screen {
  write(text: string): void;
  readonly columns: number;
}

export function createLiveVoice(screen: Screen, stack: () => LocalStack | undefined): Voice {
  const lines: string[] = [];
  const ended: string[] = [];
  let place: RolloutPlace | undefined;
  let title = '';
  let drawn = '';
  const timer = setInterval(() => void redraw(), REDRAW_EVERY_MS);
  timer.unref();

  function tell(line: string): void {
    lines.push(line.length > screen.columns ? `${line.slice(0, screen.columns - 1)}…` : line);
    if (lines.length > LINES) lines.shift();
  }

  async function redraw(): Promise<void> {
    const picture = [title, '', await tree(stack(), place), '', ...lines, '', ...ended].join('\n');
    if (picture !== drawn) screen.write(`${HOME_AND_CLEAR}${picture}\n`);
    drawn = picture;
  }

  return {
    follow: (next) => {
      place = next;
    },
    announce: async (event) => tell(eventLine(event)),
    say: (text) => {
      if (text.startsWith('(')) title = text;
      else tell(`── ${text}`);
    },
    async explain(release) {
      const running = stack();
      if (running !== undefined) ended.push(await explanation(release, running.ports.history));
    },
    summary(steps) {
      clearInterval(timer);
      screen.write(`${HOME_AND_CLEAR}${summaryText(steps)}\n\n${ended.join('\n')}\n`);
    },
  };
}

async function tree(stack: LocalStack | undefined, place: RolloutPlace | undefined): Promise<string> {
  if (stack === undefined || place === undefined) return 'starting …';
  try {
    const view = await readView(place, siteOf({ cluster: stack.cluster.name }, stack.ports), stack.clock);
    return view === undefined ? 'not there yet …' : renderRollout(view, paintText);
  } catch {
    return 'the cluster does not answer …';
  }
}
