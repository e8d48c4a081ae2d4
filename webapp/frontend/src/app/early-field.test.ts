// @vitest-environment jsdom
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { earlyWords } from '../../dev/early-words.ts';
import { LANGUAGES } from '@/i18n/i18n.ts';
import { takeOverEarlyField } from './early-field.ts';

const submitted = vi.fn((event: Event) => {
  event.preventDefault();
});

function draw(): void {
  document.body.innerHTML = '<form><textarea>https://a.test/1</textarea></form>';
  document.querySelector('form')?.addEventListener('submit', submitted);
}

function early(attributes = ''): HTMLTextAreaElement | null {
  document.body.innerHTML = `<textarea id="early-link" ${attributes}>https://a.test/1</textarea>`;
  return document.querySelector('textarea');
}

afterEach(() => {
  submitted.mockClear();
  document.body.innerHTML = '';
});

describe('the field of the first moment', () => {
  test('is called in every language what it is called later', () => {
    const words = JSON.parse(earlyWords(pathToFileURL('src/i18n/locales/'))) as Record<string, { label: string }>;
    const names = LANGUAGES.map((code) => {
      const { composer } = JSON.parse(readFileSync(`src/i18n/locales/${code}.json`, 'utf8')) as { composer: { label: string } };
      return composer.label;
    });
    expect(LANGUAGES.map((code) => words[code]?.label)).toEqual(names);
    expect(readFileSync('index.html', 'utf8')).toContain(`aria-label="${names[0] ?? ''}"`);
  });

  test('hands on the focus and the place of the caret', () => {
    const field = early();
    field?.focus();
    field?.setSelectionRange(5, 5);
    takeOverEarlyField(draw);
    expect(document.querySelector('form textarea')).toHaveFocus();
    expect(document.querySelector('textarea')?.selectionStart).toBe(5);
    expect(submitted).not.toHaveBeenCalled();
  });

  test('hands on Enter', () => {
    early('data-enter=""');
    takeOverEarlyField(draw);
    expect(submitted).toHaveBeenCalledOnce();
  });

  test('takes the focus from nobody, and need not be there', () => {
    early()?.blur();
    takeOverEarlyField(draw);
    expect(document.querySelector('textarea')).not.toHaveFocus();
    document.body.innerHTML = '';
    takeOverEarlyField(draw);
    expect(submitted).not.toHaveBeenCalled();
  });
});
