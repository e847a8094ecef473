import { QueryErrorResetBoundary } from '@tanstack/react-query';
import { Suspense, type ReactNode } from 'react';
import { Loading } from './Loading';
import { ProblemBoundary } from './ProblemBoundary';

/** Around whatever loads: shows that it does, or in a sentence why it cannot. */
export function Boundary({ children }: { children: ReactNode }) {
  return (
    <QueryErrorResetBoundary>
      {({ reset }) => (
        <ProblemBoundary onRetry={reset}>
          <Suspense fallback={<Loading />}>{children}</Suspense>
        </ProblemBoundary>
      )}
    </QueryErrorResetBoundary>
  );
}
