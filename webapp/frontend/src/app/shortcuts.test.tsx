import { fireEvent, screen } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { renderApp } from '@/testing/render.tsx';
import { useShortcuts } from './shortcuts.ts';

const act = vi.fn();
const undo = vi.fn(() => true);

function Page() {
  useShortcuts({ onShortcut: act, onUndo: undo });
  return (
    <>
      <input type="radio" aria-label="free" />
      <input aria-label="text" />
      <textarea aria-label="links" data-shortcut="find" />
      <textarea aria-label="cookies" />
      <select aria-label="list" />
      <div role="alertdialog">
        <button type="button" aria-label="question" />
      </div>
    </>
  );
}

test.each([
  ['free', 1],
  ['text', 0],
  ['list', 0],
  ['question', 0],
])('at “%s” a key is a shortcut %i times', async (name, times) => {
  act.mockReset();
  const { user } = renderApp(<Page />);
  screen.getByLabelText(name).focus();
  await user.keyboard('d');
  expect(act).toHaveBeenCalledTimes(times);
});

test.each([
  ['Caps Lock', false, [['d']]],
  ['Shift', true, []],
])('what a capital by %s does', (_, shiftKey, calls) => {
  act.mockReset();
  renderApp(<Page />);
  fireEvent.keyDown(screen.getByLabelText('free'), { key: 'D', shiftKey });
  expect(act.mock.calls).toEqual(calls);
});

test('a question mark in the empty link field shows the shortcuts, and is text in a full one', async () => {
  act.mockReset();
  const { user } = renderApp(<Page />);
  const field = screen.getByLabelText('links');
  field.focus();
  await user.keyboard('?');
  expect(act).toHaveBeenCalledExactlyOnceWith('?');
  await user.keyboard('a?d');
  expect(field).toHaveValue('a?d');
  expect(act).toHaveBeenCalledOnce();
});

test('a question mark in another empty field is text', async () => {
  act.mockReset();
  const { user } = renderApp(<Page />);
  screen.getByLabelText('cookies').focus();
  await user.keyboard('?');
  expect(screen.getByLabelText('cookies')).toHaveValue('?');
  expect(act).not.toHaveBeenCalled();
});

test('Ctrl Z undoes, also in front of the page, except where it undoes typing', async () => {
  const { user } = renderApp(<Page />);
  screen.getByLabelText('text').focus();
  await user.keyboard('{Control>}z{/Control}');
  expect(undo).not.toHaveBeenCalled();
  screen.getByLabelText('free').focus();
  await user.keyboard('{Control>}z{/Control}');
  expect(undo).toHaveBeenCalledOnce();
  screen.getByLabelText('question').focus();
  await user.keyboard('{Control>}z{/Control}');
  expect(undo).toHaveBeenCalledTimes(2);
});
