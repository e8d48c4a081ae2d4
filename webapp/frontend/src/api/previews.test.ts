import { expect, test, vi } from 'vitest';
import { startServer } from '@/testing/server.ts';
import { previewLink } from './previews.ts';

vi.mock('@/utils/base.ts', () => ({ BASE: '/media' }));

test.each([
  ['/api/previews/abc/thumbnail', '/media/api/previews/abc/thumbnail'],
  [null, null],
])('the picture at %s is found where the app lies: %s', async (told, found) => {
  const server = startServer(() => ({ status: 200, body: { title: 'A clip', thumbnail: told } }));
  expect(await previewLink('https://example.org/a', new AbortController().signal)).toEqual({ title: 'A clip', thumbnail: found });
  expect(server.asked.map(({ path }) => path)).toEqual(['/media/api/previews']);
});
