import { fireEvent, render, screen } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { Button, IconButton } from './Button.tsx';

const onClick = vi.fn();

test.each([
  ['a button', <Button key="one" onClick={onClick}>Cancel</Button>, 1],
  ['an icon', <IconButton key="one" icon="stop" label="Cancel" onClick={onClick} />, 1],
  ['a step', <IconButton key="one" icon="plus" label="Cancel" onClick={onClick} repeats />, 2],
])('a double click on %s', (_, button, times) => {
  onClick.mockReset();
  render(button);
  for (const detail of [1, 2]) fireEvent.click(screen.getByRole('button', { name: 'Cancel' }), { detail });
  expect(onClick).toHaveBeenCalledTimes(times);
});

test('the second half of a double click sends no form', () => {
  const onSubmit = vi.fn((event: Event) => {
    event.preventDefault();
  });
  render(
    <form onSubmit={({ nativeEvent }) => { onSubmit(nativeEvent); }}>
      <Button type="submit">Send</Button>
    </form>,
  );
  for (const detail of [1, 2]) fireEvent.click(screen.getByRole('button', { name: 'Send' }), { detail });
  expect(onSubmit).toHaveBeenCalledOnce();
});

test('a button that cannot be pressed keeps the focus, does nothing and sends no form', () => {
  onClick.mockReset();
  const onSubmit = vi.fn();
  const draw = (disabled: boolean) => (
    <form onSubmit={onSubmit}>
      <Button type="submit" disabled={disabled} onClick={onClick}>
        Send
      </Button>
    </form>
  );
  const { rerender } = render(draw(false));
  const button = screen.getByRole('button', { name: 'Send' });
  button.focus();
  rerender(draw(true));
  expect(button).toBeEnabled();
  expect(button).toHaveAttribute('aria-disabled', 'true');
  fireEvent.click(button, { detail: 0 });
  expect([onClick, onSubmit].map(({ mock }) => mock.calls.length)).toEqual([0, 0]);
});
