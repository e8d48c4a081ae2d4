/** The text being typed, and the other ways in which links get there. */
import { useEffect, useRef, useState } from 'react';
import { findLinks } from '@/lib/downloads/link.ts';
import { recall, remember } from '@/lib/storage.ts';

const isString = (value: unknown): value is string => typeof value === 'string';

/** What another app or the bookmarklet handed over in the address, which is then cleared. */
function takeShared(): string {
  const search = new URLSearchParams(location.search);
  const shared = ['url', 'text', 'title'].map((name) => search.get(name) ?? '').join(' ');
  const links = findLinks(shared);
  if (links !== '') history.replaceState(null, '', location.pathname);
  return links;
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]');
}

/**
 * The draft survives a reload, so that a restart of the dev server costs nothing. Links pasted or
 * dropped anywhere on the page are added to it, and `onArrival` is called.
 */
export function useDraft(onArrival: () => void): [string, (text: string) => void] {
  const [draft, setDraft] = useState(() => takeShared() || (recall(sessionStorage, 'draft', isString) ?? ''));
  const change = (text: string): void => {
    remember(sessionStorage, 'draft', text);
    setDraft(text);
  };
  const arrive = useRef<(text: string) => void>(() => undefined);
  useEffect(() => {
    arrive.current = (text) => {
      const links = findLinks(text);
      if (links === '') return;
      change([draft.trim(), links].filter(Boolean).join('\n'));
      onArrival();
    };
  });
  useEffect(() => {
    const onPaste = (event: ClipboardEvent): void => {
      if (!isTyping(event.target)) arrive.current(event.clipboardData?.getData('text/plain') ?? '');
    };
    const onDragOver = (event: DragEvent): void => {
      event.preventDefault();
    };
    const onDrop = (event: DragEvent): void => {
      event.preventDefault();
      const data = event.dataTransfer;
      if (!data) return;
      arrive.current(data.getData('text/uri-list') || data.getData('text/plain'));
      for (const file of data.files) {
        if (file.type.startsWith('text/')) void file.text().then((text) => { arrive.current(text); });
      }
    };
    addEventListener('paste', onPaste);
    addEventListener('dragover', onDragOver);
    addEventListener('drop', onDrop);
    return () => {
      removeEventListener('paste', onPaste);
      removeEventListener('dragover', onDragOver);
      removeEventListener('drop', onDrop);
    };
  }, []);
  return [draft, change];
}
