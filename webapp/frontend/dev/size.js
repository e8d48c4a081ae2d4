/**
 * Fails when the JavaScript that the page loads before it can be used has grown too large.
 *
 * Counts, gzipped, every script that dist/index.html names: the entry and what it imports statically.
 */
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const LIMIT = 120_000; // bytes

const dist = new URL('../dist/', import.meta.url);
const page = readFileSync(new URL('index.html', dist), 'utf8');
const scripts = new Set([...page.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map(([, path]) => path ?? ''));
const size = [...scripts].reduce((sum, path) => sum + gzipSync(readFileSync(new URL(path, dist)), { level: 9 }).length, 0);

console.log(`initial JavaScript: ${(size / 1000).toFixed(1)} kB gzip of ${(LIMIT / 1000).toFixed(0)} kB`);
if (scripts.size === 0 || size > LIMIT) process.exitCode = 1;
