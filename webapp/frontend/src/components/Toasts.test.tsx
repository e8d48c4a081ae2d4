import { fireEvent, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { dismissToast, showToast, toasts } from '@/stores/toasts.ts';
import { renderApp } from '@/testing/render.tsx';
import { Sheet } from './Sheet.tsx';
import Toasts from './Toasts.tsx';

afterEach(() => {
  for (const { id } of toasts.get()) dismissToast(id);
});

function show(...titles: string[]): void {
  for (const title of titles) showToast({ title, tone: 'good', action: { label: `Undo ${title}`, run: () => undefined } });
}

test('quick clicks dismiss one notice after the other', async () => {
  renderApp(<Toasts />);
  show('One', 'Two');
  await screen.findByText('Two');
  screen.getAllByRole('button', { name: 'Close' }).forEach((button, before) => fireEvent.click(button, { detail: before + 1 }));
  expect(toasts.get()).toEqual([]);
});

test('Escape closes the notice that has the focus and no other, and the focus returns to where it was', async () => {
  const { user } = renderApp(
    <>
      <input aria-label="elsewhere" />
      <Toasts />
    </>,
  );
  show('One', 'Two');
  await screen.findByText('Two');
  const elsewhere = screen.getByLabelText('elsewhere');
  elsewhere.focus();
  await user.keyboard('{Escape}');
  expect(toasts.get()).toHaveLength(2);
  await user.keyboard('{F8}{Tab}');
  expect(screen.getByRole('button', { name: 'Undo One' })).toHaveFocus();
  await user.keyboard('{Escape}');
  expect(toasts.get().map(({ title }) => title)).toEqual(['Two']);
  await waitFor(() => {
    expect(screen.getByRole('region', { name: 'Notifications (F8)' })).toContainElement(document.activeElement as HTMLElement);
  });
  await user.keyboard('{Tab}{Enter}');
  expect(toasts.get()).toEqual([]);
  expect(elsewhere).toHaveFocus();
});

test('a notice leaves Escape to what is open in front of the page, which stays when the notice is pressed', async () => {
  const onOpenChange = vi.fn();
  const { user } = renderApp(
    <>
      <p>Elsewhere</p>
      <Toasts />
      <Sheet title="A sheet" onOpenChange={onOpenChange}>
        <p>Text</p>
      </Sheet>
    </>,
  );
  show('One');
  const press = (target: Element): void => {
    fireEvent.pointerDown(target);
    fireEvent.click(target);
  };
  await waitFor(() => {
    press(screen.getByText('Elsewhere')); // that is noticed as soon as the sheet has opened
    expect(onOpenChange).toHaveBeenCalled();
  });
  onOpenChange.mockReset();
  press(await screen.findByRole('button', { name: 'Undo One', hidden: true }));
  expect(toasts.get()).toEqual([]);
  expect(onOpenChange).not.toHaveBeenCalled();
  show('Two');
  await screen.findByText('Two');
  await user.keyboard('{Escape}');
  expect(onOpenChange).toHaveBeenCalledExactlyOnceWith(false);
  expect(toasts.get()).toHaveLength(1);
});

test('a finger wipes a notice away, to either side, and not by a touch', async () => {
  renderApp(<Toasts />);
  show('One');
  const notice = (await screen.findByText('One')).closest('li');
  if (!notice) throw new Error('The notice is no item of a list.');
  const wipe = (by: number): void => {
    fireEvent.pointerDown(notice, { pointerType: 'touch', clientX: 100 });
    fireEvent.pointerMove(notice, { pointerType: 'touch', clientX: 100 + by });
    fireEvent.pointerUp(notice, { pointerType: 'touch', clientX: 100 + by });
  };
  wipe(10);
  expect(toasts.get()).toHaveLength(1);
  wipe(-80);
  expect(toasts.get()).toEqual([]);
});
