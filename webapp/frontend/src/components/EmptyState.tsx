import type { ReactNode } from 'react';
import css from './EmptyState.module.css';
import { Icon, type IconName } from './icons.tsx';

interface EmptyStateProps {
  icon: IconName;
  title: string;
  hint?: string;
  /** It is all that the page says. */
  whole?: boolean;
  children?: ReactNode;
}

export function EmptyState({ icon, title, hint, whole = false, children }: EmptyStateProps) {
  const Title = whole ? 'h1' : 'p';
  return (
    <div className={css.empty}>
      <span className={css.mark}>
        <Icon name={icon} size={26} />
      </span>
      <Title className={css.title}>{title}</Title>
      {hint && <p className={css.hint}>{hint}</p>}
      {children}
    </div>
  );
}
