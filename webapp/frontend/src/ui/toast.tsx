/** Short messages in the corner: said once, read aloud, gone by themselves. */
import * as Toast from '@radix-ui/react-toast';
import { useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton } from './Button.tsx';
import css from './toast.module.css';

interface Message {
  id: number;
  title: string;
  detail?: string;
  tone: 'good' | 'bad';
}

let messages: readonly Message[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

function publish(next: readonly Message[]): void {
  messages = next;
  for (const listener of listeners) listener();
}

export function say(message: Omit<Message, 'id'>): void {
  lastId += 1;
  publish([...messages.slice(-2), { ...message, id: lastId }]);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function Toasts() {
  const { t } = useTranslation();
  const shown = useSyncExternalStore(subscribe, () => messages);
  return (
    <Toast.Provider duration={7000} swipeDirection="right">
      {shown.map((message) => (
        <Toast.Root
          key={message.id}
          className={css.toast}
          data-tone={message.tone}
          onOpenChange={(open) => {
            if (!open) publish(messages.filter(({ id }) => id !== message.id));
          }}
        >
          <div className={css.text}>
            <Toast.Title className={css.title}>{message.title}</Toast.Title>
            {message.detail && <Toast.Description>{message.detail}</Toast.Description>}
          </div>
          <Toast.Close asChild>
            <IconButton icon="close" label={t('action.close')} />
          </Toast.Close>
        </Toast.Root>
      ))}
      <Toast.Viewport className={css.viewport} />
    </Toast.Provider>
  );
}
