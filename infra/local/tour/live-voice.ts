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
const CLEAR = '\u001b[H\u001b[2J';

export interface Screen {
  write(text: string): void;
  readonly columns: number;
  readonly rows: number;
}

export function createLiveVoice(screen: Screen, stack: () => LocalStack | undefined): Voice {
  const lines: string[] = [];
  const ended: string[] = [];
  let place: RolloutPlace | undefined;
  let title = '';
  let drawn = '';
  screen.write(CLEAR);
  const timer = setInterval(() => void redraw(), REDRAW_EVERY_MS);
  timer.unref();

  function tell(line: string): void {
    lines.push(clipped(line, screen.columns));
    if (lines.length > LINES) lines.shift();
  }

  async function redraw(): Promise<void> {
    const shown = (await tree(stack(), place)).split('\n');
    const picture = painted(fitted([title, '', ...shown], ['', ...lines], screen));
    if (picture !== drawn) screen.write(picture);
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
      if (running === undefined) return;
      const told = await explanation(release, running.ports.history);
      ended.push(told);
      for (const line of told.split('\n')) tell(line);
    },
    summary(steps) {
      clearInterval(timer);
      const endings = steps.map((step, index) => `${summaryText([step])}\n${ended[index] ?? ''}`);
      screen.write(`${CLEAR}${endings.join('\n')}\n`);
    },
  };
}

/** Over the picture before: clearing the screen first flickers, and leaves each picture in the terminal's history. */
export function painted(picture: readonly string[]): string {
  return `\u001b[H${picture.map((line) => `\u001b[2K${line}\n`).join('')}\u001b[J`;
}

/** What was told last is worth some lines. */
const FEWEST_TOLD = 6;

/** A picture higher than the screen would scroll its own head away: of the tree the end goes, of what was told the beginning. */
export function fitted(
  tree: readonly string[],
  told: readonly string[],
  { rows, columns }: Pick<Screen, 'rows' | 'columns'>,
): readonly string[] {
  // The line that the cursor stands on stays free.
  const room = Math.max(1, rows - 1);
  const lines = told.flatMap((text) => text.split('\n')).flatMap((line) => wrapped(line, columns));
  const forTold = Math.max(Math.min(FEWEST_TOLD, lines.length), room - tree.length);
  const forTree = Math.max(0, room - forTold);
  const top = tree.length <= forTree ? tree : [...tree.slice(0, Math.max(0, forTree - 1)), '…'].slice(0, forTree);
  return [...top.map((line) => clipped(line, columns)), ...lines.slice(Math.max(0, lines.length - room + top.length))];
}

/** A line with colours in it is short: only names and messages are long. */
function clipped(line: string, columns: number): string {
  return line.length <= columns || line.includes('\u001b') ? line : `${line.slice(0, columns - 1)}…`;
}

/** As the terminal breaks it. */
function wrapped(line: string, columns: number): readonly string[] {
  if (line === '' || columns <= 0) return [line];
  return Array.from({ length: Math.ceil(line.length / columns) }, (_, part) =>
    line.slice(part * columns, (part + 1) * columns),
  );
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
