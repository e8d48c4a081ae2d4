import { useId, type ComponentProps } from 'react';
import css from './Field.module.css';

interface FieldProps extends Omit<ComponentProps<'input'>, 'onChange' | 'value'> {
  label: string;
  value: string;
  hint?: string | undefined;
  /** What is wrong with it, in a sentence. */
  error?: string | undefined;
  /** Not needed for what can only be read. */
  onChange?: (value: string) => void;
}

/** A line to be filled in, with what is wrong with it right below. */
export function Field({ label, value, hint, error, onChange, ...rest }: FieldProps) {
  const id = useId();
  const note = error ?? hint;
  return (
    <div className={css.field}>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        value={value}
        aria-invalid={error !== undefined}
        aria-describedby={note === undefined ? undefined : `${id}-note`}
        onChange={(event) => {
          onChange?.(event.target.value);
        }}
        {...rest}
      />
      {note !== undefined && (
        <p id={`${id}-note`} role={error === undefined ? undefined : 'alert'} data-bad={error !== undefined}>
          {note}
        </p>
      )}
    </div>
  );
}
