// @vitest-environment jsdom
import { describe, expect, test } from 'vitest';
import { makeDownload, makeRunning } from '@/testing/factory.ts';
import { applyEvent } from './live-query.ts';

describe('the live list', () => {
  const [first, second] = [makeDownload(), makeDownload()];

  test('is what the snapshot says, whatever was known before', () => {
    expect(applyEvent([first], { type: 'snapshot', items: [second] })).toEqual([second]);
  });

  test('takes a new download in at the top', () => {
    expect(applyEvent([first], { type: 'download', item: second })).toEqual([second, first]);
    expect(applyEvent(undefined, { type: 'download', item: second })).toEqual([second]);
  });

  test('changes a known one in its place and leaves the others the same objects', () => {
    const changed = makeRunning(0.5, { id: second.id });
    const items = applyEvent([first, second], { type: 'download', item: changed });
    expect(items).toEqual([first, changed]);
    expect(items[0]).toBe(first);
  });

  test('lets a removed one go', () => {
    expect(applyEvent([first, second], { type: 'removed', id: first.id })).toEqual([second]);
  });
});
