import { useSyncExternalStore } from 'react';

const query = matchMedia('(prefers-color-scheme: dark)');

const subscribe = (changed: () => void) => {
  query.addEventListener('change', changed);
  return () => {
    query.removeEventListener('change', changed);
  };
};

/** What the person has set for all programs. */
export const useDarkMode = () => useSyncExternalStore(subscribe, () => query.matches);
