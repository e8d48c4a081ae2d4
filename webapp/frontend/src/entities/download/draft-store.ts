/** The text in the link field: kept over a reload, and where links return to that were refused. */
import { readJson, writeJson } from '@/stores/safe-storage.ts';

const STORAGE_KEY = 'draft';

const isString = (value: unknown): value is string => typeof value === 'string';

type Listener = (links: string) => void;

let field: Listener | null = null;

export function readDraft(): string {
  return readJson('session', STORAGE_KEY, isString) ?? '';
}

export function saveDraft(text: string): void {
  writeJson('session', STORAGE_KEY, text);
}

export function joinLinks(...texts: string[]): string {
  return texts.map((text) => text.trim()).filter(Boolean).join('\n');
}

/** Puts links in front of whatever is in the field now, or will be when its page is shown. */
export function restoreDraft(urls: readonly string[]): void {
  const links = urls.join('\n');
  if (field) field(links);
  else saveDraft(joinLinks(links, readDraft()));
}

/** The field that is on the page, as long as it is. */
export function onDraftRestored(listener: Listener): () => void {
  field = listener;
  return () => {
    if (field === listener) field = null;
  };
}
