import type { ReactNode } from 'react';
import css from './Empty.module.css';
import { Icon, type IconName } from './icons.tsx';

interface EmptyProps {
  icon: IconName;
  title: string;
  hint?: string;
  children?: ReactNode;
}

export function Empty({ icon, title, hint, children }: EmptyProps) {
  return (
    <div className={css.empty}>
      <span className={css.mark}>
        <Icon name={icon} size={26} />
      </span>
      <p className={css.title}>{title}</p>
      {hint && <p className={css.hint}>{hint}</p>}
      {children}
    </div>
  );
}
