import { Component, type ReactNode } from 'react';
import i18next from 'i18next';
import { Button } from '@/components/Button.tsx';
import { EmptyState } from '@/components/EmptyState.tsx';

/** What is shown when drawing the page itself failed. */
export class CrashPage extends Component<{ children: ReactNode }, { crashed: boolean }> {
  override state = { crashed: false };

  static getDerivedStateFromError() {
    return { crashed: true };
  }

  override render() {
    if (!this.state.crashed) return this.props.children;
    return (
      <EmptyState icon="alert" title={i18next.t('crash.title')} hint={i18next.t('crash.detail')}>
        <Button
          look="primary"
          onClick={() => {
            location.reload();
          }}
        >
          {i18next.t('crash.reload')}
        </Button>
      </EmptyState>
    );
  }
}
