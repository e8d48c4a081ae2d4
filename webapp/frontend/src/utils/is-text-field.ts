/** Where a key is a letter and a paste is text: not on a radio button, although that is an input too. */
const TEXT = 'textarea, [contenteditable], input:not([type=radio], [type=checkbox], [type=range], [type=button])';

export function isTextField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches(TEXT);
}
