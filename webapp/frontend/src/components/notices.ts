/** The notices lie above whatever is in front of the page: who presses there has not left it. */

/** What was pressed on them: by the time that a sheet asks, the notice may be gone. */
const pressed = new WeakSet<Event>();

function note(event: Event): void {
  const { target } = event;
  if (target instanceof Element && target.closest('[data-notices]')) pressed.add(event);
}

addEventListener('pointerdown', note, true);

export function stayForNotices(event: CustomEvent<{ originalEvent: Event }>): void {
  if (pressed.has(event.detail.originalEvent)) event.preventDefault();
}
