import css from './Select.module.css';

interface SelectProps<T extends string> {
  label: string;
  values: readonly T[];
  value: T;
  show: (value: T) => string;
  onChange: (value: T) => void;
}

/** One of many: the platform's own list, which every phone and screen reader knows. */
export function Select<T extends string>({ label, values, value, show, onChange }: SelectProps<T>) {
  return (
    <label className={css.choice}>
      <span>{label}</span>
      <select
        value={value}
        onChange={(event) => {
          const chosen = values.find((one) => one === event.target.value);
          if (chosen !== undefined) onChange(chosen);
        }}
      >
        {values.map((one) => (
          <option key={one} value={one}>
            {show(one)}
          </option>
        ))}
      </select>
    </label>
  );
}
