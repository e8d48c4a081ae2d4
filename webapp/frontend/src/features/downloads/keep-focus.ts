/**
 * Keeps the keyboard's place in lists whose rows come and go.
 *
 * When the element that has the focus is taken away, the browser gives it to nobody and the next Tab
 * begins at the top of the page. Here the row that took its place gets it, never a button of that
 * row: a second press must not do to another row what was meant for the first. Fetched when something in
 * the lists gets the focus first, or ahead when nothing else is to do.
 */
interface Place {
  element: Element;
  section: Element | null;
  list: Element | null;
  /** Of its row in the list. */
  at: number;
  /** What stands for it elsewhere carries the same name. */
  slot: string | undefined;
}

function placeOf(element: Element): Place {
  const row = element.closest('li');
  const list = row?.parentElement ?? null;
  return {
    element,
    section: element.closest('section'),
    list,
    at: list && row ? [...list.children].indexOf(row) : -1,
    slot: element instanceof HTMLElement ? element.dataset.slot : undefined,
  };
}

function heir(box: Element, { section, list, at, slot }: Place): Element | null {
  if (slot !== undefined) return box.querySelector(`[data-slot="${slot}"]`);
  const row = list?.isConnected ? (list.children[at] ?? list.lastElementChild) : null;
  return row ?? (section?.isConnected ? section : box).querySelector('h2') ?? box.closest('main');
}

function give(element: Element | null): void {
  if (!(element instanceof HTMLElement)) return;
  if (!element.matches('button')) element.tabIndex = -1;
  element.focus({ preventScroll: true });
}

/** Returns how to stop. */
export function keepFocus(box: Element): () => void {
  const now = document.activeElement;
  let place = now && box.contains(now) ? placeOf(now) : null;
  const onFocusIn = ({ target }: FocusEvent): void => {
    place = target instanceof Element && box.contains(target) ? placeOf(target) : place;
  };
  // Whoever points elsewhere has left the place; menus and questions belong to the row that they are about.
  const onPointerDown = ({ target }: Event): void => {
    if (target instanceof Element && !target.closest('[role=menu], [role=alertdialog]')) place = null;
  };
  const observer = new MutationObserver(() => {
    if (place === null) return;
    if (place.element.isConnected) {
      place = placeOf(place.element);
    } else if (document.activeElement === document.body || document.activeElement === null) {
      const next = heir(box, place); // what stands for a button may come a moment later
      if (next === null) return;
      place = null;
      give(next);
    }
  });
  observer.observe(box, { childList: true, subtree: true });
  addEventListener('focusin', onFocusIn);
  addEventListener('pointerdown', onPointerDown, true);
  return () => {
    observer.disconnect();
    removeEventListener('focusin', onFocusIn);
    removeEventListener('pointerdown', onPointerDown, true);
  };
}
