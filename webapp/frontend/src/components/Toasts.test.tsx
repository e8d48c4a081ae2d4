import { fireEvent, screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { showToast, toasts } from '@/stores/toasts.ts';
import { renderApp } from '@/testing/render.tsx';
import Toasts from './Toasts.tsx';

test('quick clicks dismiss one notice after the other', async () => {
  renderApp(<Toasts />);
  for (const title of ['One', 'Two']) showToast({ title, tone: 'good' });
  await screen.findByText('Two');
  screen.getAllByRole('button', { name: 'Close' }).forEach((button, before) => fireEvent.click(button, { detail: before + 1 }));
  expect(toasts.get()).toEqual([]);
});
