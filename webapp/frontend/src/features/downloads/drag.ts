/** Rows that are dragged by a handle and dropped between others. LazyModule when a handle is touched. */
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

/** Makes one row draggable, and a place to drop others at; returns how to undo that. */
export function makeSortable({ row, handle, id, onDrop }: Sortable): () => void {
  const show = (edge: Edge | null): void => {
    if (edge === null) delete row.dataset.drop;
    else row.dataset.drop = edge;
  };
  const undo = [
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
    for (const one of undo) one();
  };
}
