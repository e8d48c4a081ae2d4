import type { ComponentProps } from 'react';
import { classes } from '@/utils/classes.ts';
import css from './Button.module.css';
import { Icon, type IconName } from './icons.tsx';

interface ButtonProps extends ComponentProps<'button'> {
  look?: 'plain' | 'primary' | 'quiet' | 'danger';
  icon?: IconName;
}

export function Button({ look = 'plain', icon, children, className, ...rest }: ButtonProps) {
  return (
    <button type="button" className={classes(css.button, css[look], className)} {...rest}>
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
}

export function IconButton({ icon, label, hint, className, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      className={classes(css.icon, className)}
      aria-label={label}
      title={hint ?? label}
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
