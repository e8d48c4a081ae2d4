/**
 * Keeps the keyboard's place where things come and go.
 *
 * When the element that has the focus is taken away, the browser gives it to nobody and the next Tab
 * begins at the top of the page. Here what took its place gets it: in a list the next row, elsewhere
 * the heading of what it belonged to. Never a button that is there by chance: a second press must not
 * do to another thing what was meant for the first. Fetched when something gets the focus first, or
 * ahead when nothing else is to do.
 */
import { DIALOG } from '@/utils/in-front.ts';

interface Place {
  element: Element;
  /** What holds it, from the inside to the outside. */
  holders: readonly Element[];
  /** The lists among them, and which row of theirs holds it. */
  rows: ReadonlyMap<Element, number>;
  /** What stands for it elsewhere carries the same name. */
  slot: string | undefined;
}

const LIST = 'ul, ol, [role=list]';
const ROW = 'li, [role=listitem]';
const HEADING = 'h1, h2, h3';

/** These come in front of the page, know where the focus was before, and return it. */
const IN_FRONT = `[role=menu], ${DIALOG}`;

/** Mostly its children; those of a list that draws only what is in sight lie deeper. */
function rowsOf(list: Element): Element[] {
  const children = [...list.children].filter((one) => one.matches(ROW));
  return children.length > 0 ? children : [...list.querySelectorAll(ROW)].filter((row) => row.closest(LIST) === list);
}

function placeOf(element: Element, box: Element): Place {
  const holders: Element[] = [];
  for (let at = element.parentElement; at !== null && at !== box; at = at.parentElement) holders.push(at);
  holders.push(box);
  const rows = new Map<Element, number>();
  for (const list of holders.filter((one) => one.matches(LIST))) {
    const at = rowsOf(list).findIndex((row) => row.contains(element));
    if (at >= 0) rows.set(list, at);
  }
  const slot = element.closest<HTMLElement>('[data-slot]')?.dataset.slot;
  return { element, holders, rows, slot };
}

function heirIn(holder: Element, at: number | undefined): Element | null {
  if (at !== undefined) {
    const rows = rowsOf(holder);
    return rows[at] ?? rows.at(-1) ?? null;
  }
  if (holder.matches('details')) return holder.querySelector('summary');
  return holder.matches(ROW) ? holder : holder.querySelector(HEADING);
}

/** null when what will take the place is not there yet. */
function heir(box: Element, { holders, rows, slot }: Place): Element | null {
  if (slot !== undefined) return box.querySelector(`[data-slot="${slot}"]`);
  for (const holder of holders) {
    const found = holder.isConnected ? heirIn(holder, rows.get(holder)) : null;
    if (found) return found;
  }
  return box.childElementCount > 0 ? box.closest('main, [role=dialog]') : null;
}

function give(element: Element): void {
  if (!(element instanceof HTMLElement)) return;
  if (!element.matches('button, summary')) element.tabIndex = -1;
  element.focus({ preventScroll: true });
}

/** Whether nobody has the focus: the dialog around it takes what nobody has, which is no place. */
function isLost(box: Element): boolean {
  const now = document.activeElement;
  return now === null || now === document.body || now === box.closest('[role=dialog]');
}

/** Returns how to stop. */
export function keepFocus(box: Element): () => void {
  const isWithin = (target: EventTarget | null): target is Element =>
    target instanceof Element && box.contains(target) && box.closest(IN_FRONT) === target.closest(IN_FRONT);
  const now = document.activeElement;
  let place = isWithin(now) ? placeOf(now, box) : null;
  const onFocusIn = ({ target }: FocusEvent): void => {
    place = isWithin(target) ? placeOf(target, box) : place;
  };
  // Whoever points elsewhere has left the place; menus and questions belong to what they are about.
  const onPointerDown = ({ target }: Event): void => {
    if (target instanceof Element && target.closest(IN_FRONT) === box.closest(IN_FRONT)) place = null;
  };
  const observer = new MutationObserver(() => {
    if (place === null) return;
    if (place.element.isConnected) {
      place = placeOf(place.element, box);
    } else if (isLost(box)) {
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
