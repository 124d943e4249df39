/** Tokens and secrets of the local stack: made at the first start, kept in its data folder, valid for nothing else. */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Credentials {
  readonly apiToken: string;
  readonly alertmanagerToken: string;
  readonly slackSigningSecret: string;
}

export function loadCredentials(folder: string): Credentials {
  const file = join(folder, 'credentials.json');
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Credentials;
  } catch {
    const made = { apiToken: random(), alertmanagerToken: random(), slackSigningSecret: random() };
    writeFileSync(file, JSON.stringify(made), { mode: 0o600 });
    return made;
  }
}

function random(): string {
  return randomBytes(24).toString('base64url');
}
