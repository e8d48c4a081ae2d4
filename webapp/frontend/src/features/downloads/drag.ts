/** Rows that are dragged by a handle and dropped between others. Fetched when a handle is touched. */
import { draggable, dropTargetForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter';

type Edge = 'before' | 'after';

interface Sortable {
  row: HTMLElement;
  handle: HTMLElement;
  id: string;
  /** Another row was dropped at an edge of this one. */
  onDrop: (dragged: string, edge: Edge) => void;
}

function isId(value: unknown): value is string {
  return typeof value === 'string';
}

function edgeOf(row: HTMLElement, y: number): Edge {
  const { top, height } = row.getBoundingClientRect();
  return y < top + height / 2 ? 'before' : 'after';
}

function rowAt(x: number, y: number): HTMLElement | null {
  return document.elementFromPoint(x, y)?.closest<HTMLElement>('li[data-sortable]') ?? null;
}

/** The same by finger, which the browsers' own dragging serves badly: returns how to undo it. */
function draggableByTouch(row: HTMLElement, handle: HTMLElement, id: string): () => void {
  let over: HTMLElement | null = null;
  const clear = (): void => {
    if (over) delete over.dataset.drop;
    over = null;
  };
  const onMove = ({ clientX, clientY }: PointerEvent): void => {
    const target = rowAt(clientX, clientY);
    if (target !== over) clear();
    if (target === null || target === row) return;
    over = target;
    over.dataset.drop = edgeOf(over, clientY);
  };
  const end = ({ type, clientY }: PointerEvent): void => {
    removeEventListener('pointermove', onMove);
    removeEventListener('pointerup', end);
    removeEventListener('pointercancel', end);
    delete row.dataset.dragged;
    const target = over;
    clear();
    if (type === 'pointerup' && target) dropped.get(target)?.(id, edgeOf(target, clientY));
  };
  const onDown = (event: PointerEvent): void => {
    if (event.pointerType === 'mouse') return;
    event.preventDefault();
    row.dataset.dragged = 'true';
    addEventListener('pointermove', onMove);
    addEventListener('pointerup', end);
    addEventListener('pointercancel', end);
  };
  handle.addEventListener('pointerdown', onDown);
  return () => {
    handle.removeEventListener('pointerdown', onDown);
  };
}

/** What each row does when another is dropped on it. */
const dropped = new WeakMap<HTMLElement, Sortable['onDrop']>();

/** Makes one row draggable, and a place to drop others at; returns how to undo that. */
export function makeSortable({ row, handle, id, onDrop }: Sortable): () => void {
  const show = (edge: Edge | null): void => {
    if (edge === null) delete row.dataset.drop;
    else row.dataset.drop = edge;
  };
  dropped.set(row, onDrop);
  row.dataset.sortable = 'true';
  const undo = [
    draggableByTouch(row, handle, id),
    draggable({
      element: row,
      dragHandle: handle,
      getInitialData: () => ({ row: id }),
      onDragStart: () => {
        row.dataset.dragged = 'true';
      },
      onDrop: () => {
        delete row.dataset.dragged;
      },
    }),
    dropTargetForElements({
      element: row,
      canDrop: ({ source }) => isId(source.data.row) && source.data.row !== id,
      onDrag: ({ location }) => {
        show(edgeOf(row, location.current.input.clientY));
      },
      onDragLeave: () => {
        show(null);
      },
      onDrop: ({ source, location }) => {
        show(null);
        const dragged = source.data.row;
        if (isId(dragged)) onDrop(dragged, edgeOf(row, location.current.input.clientY));
      },
    }),
  ];
  return () => {
    show(null);
    dropped.delete(row);
    delete row.dataset.sortable;
    for (const one of undo) one();
  };
}
