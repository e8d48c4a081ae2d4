import { useId } from 'react';
import { IconButton } from './Button.tsx';
import css from './Stepper.module.css';

interface StepperProps {
  label: string;
  value: number;
  least: number;
  most: number;
  /** The names of the two buttons. */
  fewer: string;
  more: string;
  onChange: (value: number) => void;
}

/** A small whole number, one up or down at a time. */
export function Stepper({ label, value, least, most, fewer, more, onChange }: StepperProps) {
  const id = useId();
  const step = (by: number) => () => {
    onChange(value + by);
  };
  return (
    <div className={css.stepper} role="group" aria-labelledby={id}>
      <span id={id}>{label}</span>
      <IconButton repeats icon="minus" label={fewer} disabled={value <= least} onClick={step(-1)} />
      <output className={css.value}>{value}</output>
      <IconButton repeats icon="plus" label={more} disabled={value >= most} onClick={step(1)} />
    </div>
  );
}
