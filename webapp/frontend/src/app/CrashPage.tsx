import { Component, type ReactNode } from 'react';
import { translate } from '@/i18n/translate.ts';
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
      <main>
        <EmptyState whole icon="alert" title={translate('crash.title')} hint={translate('crash.detail')}>
          <Button
            look="primary"
            onClick={() => {
              location.reload();
            }}
          >
            {translate('crash.reload')}
          </Button>
        </EmptyState>
      </main>
    );
  }
}
