import { useTranslation } from '@/i18n/translate.ts';
import { Link } from 'wouter';
import { EmptyState } from '@/components/EmptyState.tsx';

/** What is shown at an address that leads to no page. */
export function NotFound() {
  const { t } = useTranslation();
  return (
    <EmptyState whole icon="help" title={t('notFound.title')} hint={t('notFound.hint')}>
      <Link href="/">{t('notFound.back')}</Link>
    </EmptyState>
  );
}
