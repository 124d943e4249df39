/**
 * Ends what a test process has started when that process dies without a farewell (SIGKILL, out of memory): a shell of its own
 * session that reads who lives from a pipe, and kills those at the end of the pipe.
 */
import { spawn, type ChildProcess } from 'node:child_process';

/** `+ pid` and `- pid`, a line each. */
const SCRIPT = `
trap '' INT TERM HUP
alive=' '
while read -r sign pid; do
  case $sign in
    +) alive="$alive$pid " ;;
    -) alive="\${alive%% $pid *} \${alive#* $pid }" ;;
  esac
done
for pid in $alive; do kill -KILL "$pid"; done
`;

let watchdog: ChildProcess | undefined;
const watched = new Set<number>();

/** @returns to be called once it has ended: its number may then be another's */
export function watchOver(pid: number): () => void {
  watchdog ??= unleash();
  watched.add(pid);
  watchdog.stdin?.write(`+ ${pid}\n`);
  return () => {
    watched.delete(pid);
    watchdog?.stdin?.write(`- ${pid}\n`);
    if (watched.size > 0) return;
    watchdog?.stdin?.end();
    watchdog = undefined;
  };
}

function unleash(): ChildProcess {
  const child = spawn('sh', ['-c', SCRIPT], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  child.unref();
  // That it is gone is known when the next one is told: nobody waits for it.
  child.stdin.on('error', () => undefined);
  return child;
}
