import type { ComponentProps } from 'react';
import { classes } from '@/utils/classes.ts';
import css from './Button.module.css';
import { Icon, type IconName } from './icons.tsx';

type Click = ComponentProps<'button'>['onClick'];

interface Pressing {
  onClick: Click;
  disabled: boolean | undefined;
  /** Whether each of several quick clicks counts; else the second half of a double click is meant for what was there at the first. */
  repeats?: boolean;
}

/** A button that cannot be pressed now says so and keeps the focus, which `disabled` would give to nobody. */
function pressing({ onClick, disabled = false, repeats = false }: Pressing): Pick<ComponentProps<'button'>, 'aria-disabled' | 'onClick'> {
  return {
    'aria-disabled': disabled || undefined,
    onClick: (event) => {
      if (disabled || (event.detail > 1 && !repeats)) event.preventDefault();
      else onClick?.(event);
    },
  };
}

interface ButtonProps extends ComponentProps<'button'> {
  look?: 'plain' | 'primary' | 'quiet' | 'danger';
  icon?: IconName;
}

export function Button({ look = 'plain', icon, children, className, onClick, disabled, ...rest }: ButtonProps) {
  return (
    <button type="button" className={classes(css.button, css[look], className)} {...pressing({ onClick, disabled })} {...rest}>
      {icon && <Icon name={icon} size={18} />}
      {children}
    </button>
  );
}

interface IconButtonProps extends Omit<ComponentProps<'button'>, 'children' | 'aria-label' | 'title'> {
  icon: IconName;
  /** The name for screen readers. */
  label: string;
  /** The short form that is shown on hovering; the label where it is missing. */
  hint?: string;
  /** Whether each of several quick clicks counts. */
  repeats?: boolean;
}

export function IconButton({ icon, label, hint, className, onClick, disabled, repeats = false, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      className={classes(css.icon, className)}
      aria-label={label}
      title={hint ?? label}
      {...pressing({ onClick, disabled, repeats })}
      {...rest}
    >
      <Icon name={icon} />
    </button>
  );
}

interface IconLinkProps extends Omit<ComponentProps<'a'>, 'children' | 'aria-label' | 'title'> {
  icon: IconName;
  label: string;
  hint?: string;
}

export function IconLink({ icon, label, hint, ...rest }: IconLinkProps) {
  return (
    <a className={css.icon} aria-label={label} title={hint ?? label} {...rest}>
      <Icon name={icon} />
    </a>
  );
}
