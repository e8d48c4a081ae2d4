import type { ComponentProps } from 'react';
import { classes } from '@/utils/classes.ts';
import css from './Button.module.css';
import { Icon, type IconName } from './icons.tsx';

type Click = ComponentProps<'button'>['onClick'];

/** What a click does, unless it is the second half of a double click: that is meant for what was there at the first. */
function firstHalf(onClick: Click): Click {
  return (event) => {
    if (event.detail > 1) event.preventDefault();
    else onClick?.(event);
  };
}

interface ButtonProps extends ComponentProps<'button'> {
  look?: 'plain' | 'primary' | 'quiet' | 'danger';
  icon?: IconName;
}

export function Button({ look = 'plain', icon, children, className, onClick, ...rest }: ButtonProps) {
  return (
    <button type="button" className={classes(css.button, css[look], className)} onClick={firstHalf(onClick)} {...rest}>
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

export function IconButton({ icon, label, hint, className, onClick, repeats = false, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      className={classes(css.icon, className)}
      aria-label={label}
      title={hint ?? label}
      onClick={repeats ? onClick : firstHalf(onClick)}
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
