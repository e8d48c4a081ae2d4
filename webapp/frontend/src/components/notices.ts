/** The notices lie above whatever is in front of the page: who presses there has not left it. */
export function stayForNotices(event: CustomEvent<{ originalEvent: Event }>): void {
  const { target } = event.detail.originalEvent;
  if (target instanceof Element && target.closest('[data-notices]')) event.preventDefault();
}
