import { Component, type ReactNode } from 'react';
import i18next from 'i18next';
import { Button } from '@/ui/Button.tsx';
import { Empty } from '@/ui/Empty.tsx';

/** What is shown when drawing the page itself failed. */
export class CrashPage extends Component<{ children: ReactNode }, { crashed: boolean }> {
  override state = { crashed: false };

  static getDerivedStateFromError() {
    return { crashed: true };
  }

  override render() {
    if (!this.state.crashed) return this.props.children;
    return (
      <Empty icon="alert" title={i18next.t('crash.title')} hint={i18next.t('crash.detail')}>
        <Button
          look="primary"
          onClick={() => {
            location.reload();
          }}
        >
          {i18next.t('crash.reload')}
        </Button>
      </Empty>
    );
  }
}
