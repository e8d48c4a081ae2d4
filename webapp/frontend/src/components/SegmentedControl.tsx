import { useId } from 'react';
import { Icon, type IconName } from './icons.tsx';
import css from './SegmentedControl.module.css';

interface SegmentedControlProps<T extends string> {
  /** The name of the group, for screen readers. */
  label: string;
  values: readonly T[];
  value: T;
  show: (value: T) => string;
  /** An icon for each; where there is one and `both` is not set, it stands for the words. */
  icon?: (value: T) => IconName;
  both?: boolean;
  onChange: (value: T) => void;
}

/** One of a few, side by side: radio buttons in the shape of a switch. */
export function SegmentedControl<T extends string>(props: SegmentedControlProps<T>) {
  const { label, values, value, show, icon, both = false, onChange } = props;
  const name = useId();
  return (
    <fieldset className={css.segments}>
      <legend className="visually-hidden">{label}</legend>
      {values.map((one) => (
        <label key={one} className={css.segment} title={icon && !both ? show(one) : undefined}>
          <input
            type="radio"
            name={name}
            className="visually-hidden"
            checked={one === value}
            onChange={() => {
              onChange(one);
            }}
          />
          {icon && <Icon name={icon(one)} size={18} />}
          <span className={icon && !both ? 'visually-hidden' : undefined}>{show(one)}</span>
        </label>
      ))}
    </fieldset>
  );
}
