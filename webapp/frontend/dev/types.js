/**
 * Writes src/api/schema.d.ts from the backend's own description of its API.
 *
 * `--check` writes nothing and fails when the file is not what would be written.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';

const schemaFile = fileURLToPath(new URL('../src/api/schema.d.ts', import.meta.url));
const backend = fileURLToPath(new URL('../../backend', import.meta.url));
const python = fileURLToPath(new URL('../../../.venv/bin/python', import.meta.url));

const NOTICE = '// Written by `npm run types` from the backend\'s OpenAPI. Change the backend instead.\n';

/** @param {string} message @returns {never} */
function fail(message) {
  console.error(message);
  process.exit(1);
}

if (!existsSync(python)) fail(`${python} is missing, which describes the API. Run \`make setup\` first.`);

const description = execFileSync(python, ['-m', 'web.openapi', 'main:app'], {
  cwd: backend,
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'inherit'],
});
const types = NOTICE + astToString(await openapiTS(description, { alphabetize: true }));

if (process.argv.includes('--check')) {
  if (!existsSync(schemaFile) || readFileSync(schemaFile, 'utf8') !== types) {
    fail('src/api/schema.d.ts is not what the backend says now. Run `npm run types` in webapp/frontend.');
  }
} else {
  writeFileSync(schemaFile, types);
}
