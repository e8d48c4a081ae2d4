import { screen } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { renderApp } from '@/testing/render.tsx';
import { useShortcuts } from './shortcuts.ts';

const act = vi.fn();

function Page() {
  useShortcuts(act);
  return (
    <>
      <input type="radio" aria-label="free" />
      <input aria-label="text" />
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
