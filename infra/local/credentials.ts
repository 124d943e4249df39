/** Tokens and secrets of the local stack: made at the first start, kept in its data folder, valid for nothing else. */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Credentials {
  readonly apiToken: string;
  readonly alertmanagerToken: string;
  readonly slackSigningSecret: string;
  /** Signs what the rollback webhook is sent. */
  readonly rollbackSecret: string;
}

export function loadCredentials(folder: string): Credentials {
  const file = join(folder, 'credentials.json');
  const known = knownFrom(file);
  const made: Credentials = {
    apiToken: random(),
    alertmanagerToken: random(),
    slackSigningSecret: random(),
    rollbackSecret: random(),
    ...known,
  };
  if (Object.keys(known).length < Object.keys(made).length) writeFileSync(file, JSON.stringify(made), { mode: 0o600 });
  return made;
}

/** An older Weir has made fewer. */
function knownFrom(file: string): Partial<Credentials> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Partial<Credentials>;
  } catch {
    return {};
  }
}

function random(): string {
  return randomBytes(24).toString('base64url');
}
