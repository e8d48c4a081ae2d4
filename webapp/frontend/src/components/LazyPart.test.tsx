import { screen, waitFor } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { renderApp } from '@/testing/render.tsx';
import { lazyPart, LazyPart, type LazyModule } from './LazyPart.tsx';

test('a part that cannot be fetched is missing alone, and is tried again', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined); // React tells of what is caught
  let there = false;
  const fetch = vi.fn(() =>
    there ? Promise.resolve({ default: () => <p>Here</p> }) : Promise.reject(new TypeError('Failed to fetch')),
  );
  const part = lazyPart(fetch as LazyModule<object>['load']);
  const { user } = renderApp(
    <>
      <p>The rest</p>
      <LazyPart of={part} given={{}} />
    </>,
  );
  expect(await screen.findByRole('alert')).toHaveTextContent('This part of the page could not be loaded');
  expect(screen.getByText('The rest')).toBeVisible();
  there = true;
  await user.click(screen.getByRole('button', { name: 'Retry' }));
  await waitFor(() => {
    expect(screen.getByText('Here')).toBeVisible();
  });
  expect(screen.queryByRole('alert')).toBeNull();
});
