import { useId } from 'react';
import css from './CheckboxGroup.module.css';

interface CheckboxGroupProps<T extends string> {
  label: string;
  values: readonly T[];
  chosen: readonly T[];
  show: (value: T) => string;
  error?: string | undefined;
  onChange: (chosen: T[]) => void;
}

/** Any of a few. */
export function CheckboxGroup<T extends string>(props: CheckboxGroupProps<T>) {
  const { label, values, chosen, show, error, onChange } = props;
  const wrong = useId();
  return (
    <fieldset className={css.group} aria-describedby={error === undefined ? undefined : wrong}>
      <legend>{label}</legend>
      {values.map((one) => (
        <label key={one}>
          <input
            type="checkbox"
            checked={chosen.includes(one)}
            onChange={(event) => {
              const others = chosen.filter((other) => other !== one);
              onChange(event.target.checked ? [...others, one] : others);
            }}
          />
          {show(one)}
        </label>
      ))}
      {error !== undefined && (
        <p id={wrong} className={css.wrong} role="alert">
          {error}
        </p>
      )}
    </fieldset>
  );
}
