/** Parts of the app that are fetched when they are first shown, and can be fetched again. */
import { Component, Suspense, lazy, type ComponentType, type LazyExoticComponent, type ReactNode } from 'react';
import { translate } from '@/i18n/translate.ts';
import { Button } from './Button.tsx';
import { EmptyState } from './EmptyState.tsx';
import css from './LazyPart.module.css';

class LoadError extends Error {}

export interface LazyModule<P extends object> {
  /** Another one after `renew`: what React has once failed to load it does not try again. */
  current: LazyExoticComponent<ComponentType<P>>;
  load: () => Promise<{ default: ComponentType<P> }>;
  renew: () => void;
}

export function lazyPart<P extends object>(fetch: () => Promise<{ default: ComponentType<P> }>): LazyModule<P> {
  const load = (): Promise<{ default: ComponentType<P> }> =>
    fetch().catch((cause: unknown) => {
      throw new LoadError('A part of the app could not be fetched.', { cause });
    });
  const part: LazyModule<P> = {
    current: lazy(load),
    load,
    renew: () => {
      part.current = lazy(load);
    },
  };
  return part;
}

interface LazyPartProps<P extends object> {
  of: LazyModule<P>;
  given: P;
  /** Shown until it is there. */
  waiting?: ReactNode;
  /** Shown when it cannot be had, instead of the words that say so. */
  failed?: (retry: () => void) => ReactNode;
  /** It belongs to no place on the page: what is said of its failure stays in sight. */
  floating?: boolean;
}

/** Shows a fetched part. The server may be away just now: only this part is missing then. */
export class LazyPart<P extends object> extends Component<LazyPartProps<P>, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  readonly #retry = (): void => {
    this.props.of.renew();
    this.setState({ error: null });
  };

  override render() {
    const { of, given, waiting, failed, floating = false } = this.props;
    const { error } = this.state;
    if (error instanceof LoadError) return failed ? failed(this.#retry) : <Missing floating={floating} onRetry={this.#retry} />;
    if (error !== null) throw error; // not ours: the whole page has stumbled
    const Loaded = of.current as ComponentType<P>;
    return (
      <Suspense fallback={waiting}>
        <Loaded {...given} />
      </Suspense>
    );
  }
}

function Missing({ floating, onRetry }: { floating: boolean; onRetry: () => void }) {
  return (
    <div className={floating ? css.floating : undefined} role="alert">
      <EmptyState icon="alert" title={translate('part.missing')} hint={translate('part.hint')}>
        <Button look="primary" icon="retry" onClick={onRetry}>
          {translate('action.retry')}
        </Button>
      </EmptyState>
    </div>
  );
}
