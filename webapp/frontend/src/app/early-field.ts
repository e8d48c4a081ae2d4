/**
 * The field of index.html, in which a link can be typed before the scripts are there.
 *
 * What is typed in it is the draft already. When the page takes its place, the caret stays where it
 * was, and Enter counts.
 */
export function takeOverEarlyField(draw: () => void): void {
  const early = document.querySelector<HTMLTextAreaElement>('#early-link');
  const caret = early === document.activeElement ? (early?.selectionEnd ?? null) : null;
  const submits = early?.dataset.enter !== undefined;
  draw();
  const field = document.querySelector<HTMLTextAreaElement>('form textarea');
  if (field === null) return;
  if (caret !== null) {
    field.focus();
    field.setSelectionRange(caret, caret);
  }
  if (submits) field.form?.requestSubmit();
}
