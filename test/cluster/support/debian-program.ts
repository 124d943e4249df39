/**
 * Programs of Debian packages, installed where they are missing. The services that come with such a package are kept from being
 * started: this tier starts the program itself, on loopback and with a configuration of its own.
 */
import { execFile } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Debian asks it before it starts a service: 101 forbids. */
const POLICY = '/usr/sbin/policy-rc.d';

/** @returns the path of the program that has the package's name @throws Error with what to install */
export async function debianProgram(name: string): Promise<string> {
  const found = await inPath(name);
  if (found !== undefined) return found;
  try {
    await install(name);
  } catch (error) {
    const hint = `install it (as root: apt-get install ${name}), then start again`;
    throw new Error(`${name} is not in the PATH and could not be installed: ${hint}`, { cause: error });
  }
  return (await inPath(name)) ?? `/usr/bin/${name}`;
}

async function inPath(name: string): Promise<string | undefined> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, name);
    const isProgram = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isProgram) return path;
  }
  return undefined;
}

async function install(name: string): Promise<void> {
  const hasPolicy = existsSync(POLICY);
  if (!hasPolicy) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await aptGet('install', '--yes', '--no-install-recommends', name).catch(async () => {
      // A machine that has never asked for packages does not know any yet.
      await aptGet('update');
      await aptGet('install', '--yes', '--no-install-recommends', name);
    });
  } finally {
    if (!hasPolicy) rmSync(POLICY, { force: true });
  }
}

function aptGet(...words: readonly string[]): Promise<unknown> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return run('apt-get', ['-o', 'DPkg::Lock::Timeout=120', ...words], { env, maxBuffer: 16 * 1024 * 1024 });
}
