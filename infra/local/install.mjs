/**
 * Before `npm start`, `npm test` and `npm run weir`: bring node_modules to what package-lock.json says, once.
 *
 * Plain JavaScript for Node 20 (it runs before Node 24 is there) with nothing but Node's own modules. All that it and npm
 * say goes to stderr, since stdout may be parsed. When nothing has changed it reads two files and is done.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const STAMP = join(ROOT, 'node_modules', '.installed-from');
const LOCKS = join(ROOT, '.weir', 'install');
const BIN = join(ROOT, 'node_modules', '.bin');
const NODE = join(BIN, 'node');
const NODE_MAJOR = 24;
const LONGEST_WAIT_MS = 15 * 60_000;

/** Something a person must put right. The message says what to do. */
class InstallError extends Error {}

async function main() {
  const wanted = fingerprint();
  if (isInstalled(wanted)) return;
  const unlock = await lock(() => isInstalled(wanted));
  try {
    if (isInstalled(wanted)) return;
    await installPackages();
    checkNode();
    writeFileSync(STAMP, wanted);
  } finally {
    unlock();
  }
}

/** What an installation depends on. */
function fingerprint() {
  const lockfile = readFileSync(join(ROOT, 'package-lock.json'));
  return `${createHash('sha256').update(lockfile).digest('hex')} ${process.platform}-${process.arch}\n`;
}

/** The stamp is written last and npm removes it first: where it stands, the installation came to its end. */
function isInstalled(wanted) {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted && existsSync(NODE);
}

/**
 * Only one process installs. Each asker puts a file with its process id into a folder, then looks who else is there: of
 * two at the same time at least the later one sees the other and steps back. A file of a dead process counts for nothing.
 * @param {() => boolean} done whether there is nothing left to wait for
 * @returns {Promise<() => void>} unlock
 */
async function lock(done) {
  mkdirSync(LOCKS, { recursive: true });
  const mine = join(LOCKS, `${process.pid}`);
  const unlock = () => rmSync(mine, { force: true });
  process.once('exit', unlock);
  const waitUntil = Date.now() + LONGEST_WAIT_MS;
  for (let told = false; ; told = true) {
    writeFileSync(mine, '');
    const other = otherInstaller();
    if (other === undefined) return unlock;
    unlock();
    if (done()) return unlock;
    if (Date.now() > waitUntil)
      throw new InstallError(`Process ${other} holds ${LOCKS}; if it is not installing, remove that folder.`);
    if (!told) say(`Waiting for process ${other}, which installs packages …`);
    await sleep(50 + Math.random() * 200);
  }
}

function otherInstaller() {
  const others = readdirSync(LOCKS)
    .map(Number)
    .filter((pid) => pid !== process.pid);
  for (const pid of others.filter((other) => !isAlive(other))) rmSync(join(LOCKS, `${pid}`), { force: true });
  return others.find(isAlive);
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM'; // it lives, under another user
  }
}

/**
 * `--include=dev` because NODE_ENV=production would leave out what the checks need; only errors, because npm warns of each
 * package that asks for a newer Node than npm's own, and Weir brings the one that they run on.
 */
async function installPackages() {
  say('Installing packages (once; a minute or so) …');
  const npm = spawn('npm', ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: ROOT,
    env: { ...process.env, PATH: pathWithoutOwnBin() },
    stdio: ['ignore', 2, 2],
  });
  const code = await new Promise((resolve, reject) => npm.once('error', reject).once('exit', resolve)).catch(
    (error) => {
      throw new InstallError(
        `npm could not be started (${error.message}): install Node 20 or newer with npm 10 or newer.`,
      );
    },
  );
  if (code !== 0) throw new InstallError('npm ci failed (see above): mend what it names, then start again.');
}

/** npm must not run on the very Node that it is about to replace. */
function pathWithoutOwnBin() {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => folder !== BIN)
    .join(delimiter);
}

function checkNode() {
  const { stdout } = spawnSync(NODE, ['--version'], { encoding: 'utf8' });
  if (stdout?.startsWith(`v${NODE_MAJOR}.`)) return;
  throw new InstallError(
    `Weir runs on Node ${NODE_MAJOR}, which comes as the npm package "node", but its install script did not run: ` +
      `allow it (npm config set ignore-scripts false), then start again.`,
  );
}

function say(text) {
  process.stderr.write(`${text}\n`);
}

try {
  await main();
} catch (error) {
  say(error instanceof InstallError ? error.message : String(error?.stack ?? error));
  process.exitCode = 1;
}
