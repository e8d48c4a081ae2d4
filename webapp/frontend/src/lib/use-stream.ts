import { useSyncExternalStore } from 'react';
import type { ResilientStream, StreamState } from './resilient-stream.ts';

export function useStreamState(stream: ResilientStream): StreamState {
  return useSyncExternalStore(stream.subscribe, stream.getState);
}
