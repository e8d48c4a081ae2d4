import { fireEvent, render, screen } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { Confirm } from './Confirm.tsx';

test('the second half of a double click is no answer', () => {
  const [onYes, onClose] = [vi.fn(), vi.fn()];
  render(<Confirm title="All?" detail="All of them." yes="All" onYes={onYes} onClose={onClose} />);
  const button = screen.getByRole('button', { name: 'All' });
  fireEvent.click(button, { detail: 2 });
  expect(onYes).not.toHaveBeenCalled();
  expect(onClose).not.toHaveBeenCalled();
  fireEvent.click(button, { detail: 1 });
  expect(onYes).toHaveBeenCalledOnce();
  expect(onClose).toHaveBeenCalledOnce();
});
