/** The text being typed, and the other ways in which links get there. */
import { useEffect, useState } from 'react';
import { joinLinks, onDraftRestored, readDraft, saveDraft } from '@/entities/download/draft-store.ts';
import { findLinks } from '@/entities/download/parse-links.ts';
import { DIALOG, isIn } from '@/utils/in-front.ts';
import { isTextField } from '@/utils/is-text-field.ts';
import { useEventCallback } from '@/hooks/use-event-callback.ts';

/** What another app or the bookmarklet handed over in the address, which is then cleared. */
function readSharedLinks(): string {
  const search = new URLSearchParams(location.search);
  const shared = ['url', 'text', 'title'].map((name) => search.get(name) ?? '').join(' ');
  const links = findLinks(shared);
  if (links !== '') history.replaceState(null, '', location.pathname);
  return links;
}

/** Text that is dragged into another field belongs there; a file would replace the page. */
function isForField({ target, dataTransfer }: DragEvent): boolean {
  const isOther = isTextField(target) && !(target as Element).matches('[data-shortcut=find]');
  return isOther && !dataTransfer?.types.includes('Files');
}

/**
 * The draft survives a reload, so that a restart of the dev server costs nothing. Links pasted or
 * dropped anywhere on the page are added to it, and `onArrival` is called. Links that the backend has
 * refused return to it, with nothing else disturbed.
 */
export function useDraft(onArrival: () => void): [string, (text: string) => void] {
  const [draft, setDraft] = useState(() => readSharedLinks() || readDraft());
  const change = (text: string): void => {
    saveDraft(text);
    setDraft(text);
  };
  const arrive = useEventCallback((text: string) => {
    const links = findLinks(text);
    if (links === '') return;
    change(joinLinks(draft, links));
    onArrival();
  });
  const takeBack = useEventCallback((links: string) => {
    change(joinLinks(links, draft));
  });
  useEffect(() => onDraftRestored(takeBack), [takeBack]);
  useEffect(() => {
    const onPaste = (event: ClipboardEvent): void => {
      if (isTextField(event.target) || isIn(DIALOG, event.target)) return;
      event.preventDefault(); // else the field, which gets the focus now, takes it a second time
      arrive(event.clipboardData?.getData('text/plain') ?? '');
    };
    const onDragOver = (event: DragEvent): void => {
      if (!isForField(event)) event.preventDefault();
    };
    const onDrop = (event: DragEvent): void => {
      if (isForField(event)) return;
      event.preventDefault();
      const data = event.dataTransfer;
      if (!data || isIn(DIALOG, event.target)) return;
      arrive(data.getData('text/uri-list') || data.getData('text/plain'));
      for (const file of data.files) {
        if (file.type.startsWith('text/')) void file.text().then((text) => { arrive(text); });
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
  }, [arrive]);
  return [draft, change];
}
