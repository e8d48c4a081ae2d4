/** What is open in front of the page has keys, and what is put there, to itself. */
export const DIALOG = '[role=dialog], [role=alertdialog]';

/** `what`: the selectors of what lies in front. */
export function isIn(what: string, target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(what) !== null;
}
