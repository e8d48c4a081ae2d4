/**
 * Writes src/api/schema.d.ts and src/api/formats.ts from the backend's own description of its API.
 *
 * `--check` writes nothing and fails when a file is not what would be written.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';

const api = new URL('../src/api/', import.meta.url);
const backend = fileURLToPath(new URL('../../backend', import.meta.url));
const python = fileURLToPath(new URL('../../../.venv/bin/python', import.meta.url));

const NOTICE = '// Written by `npm run types` from the backend\'s OpenAPI. Change the backend instead.\n';

/** @param {string} message @returns {never} */
function fail(message) {
  console.error(message);
  process.exit(1);
}

if (!existsSync(python)) fail(`${python} is missing, which describes the API. Run \`make setup\` first.`);

const description = JSON.parse(execFileSync(python, ['-m', 'web.openapi', 'main:app'], {
  cwd: backend,
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'inherit'],
}));
const types = NOTICE + astToString(await openapiTS(description, { alphabetize: true }));


/** @param {'video' | 'audio'} kind */
function names(kind) {
  const ofKind = description['x-formats'].filter((/** @type {{ kind: string }} */ format) => format.kind === kind);
  return ofKind.map((/** @type {{ name: string }} */ { name }) => `'${name}'`).join(', ');
}

/** @param {string} property */
function namesWith(property) {
  const having = description['x-formats'].filter((/** @type {Record<string, unknown>} */ format) => format[property]);
  return having.map((/** @type {{ name: string }} */ { name }) => `'${name}'`).join(', ');
}

const formats = `${NOTICE}
export const VIDEO_FORMATS = [${names('video')}] as const;
export const AUDIO_FORMATS = [${names('audio')}] as const;
/** Into which subtitles can be put. */
export const SUBTITLED_FORMATS = [${namesWith('holds_subtitles')}] as const;
/** Whose sound has a bit rate to choose. */
export const LOSSY_FORMATS = [${namesWith('lossy')}] as const;
`;

for (const [name, text] of Object.entries({ 'schema.d.ts': types, 'formats.ts': formats })) {
  const file = fileURLToPath(new URL(name, api));
  if (!process.argv.includes('--check')) {
    writeFileSync(file, text);
  } else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
    fail(`src/api/${name} is not what the backend says now. Run: make types`);
  }
}
