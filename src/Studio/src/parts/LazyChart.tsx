import { lazy } from 'react';

/** The charts are half of the Studio's code; pages without one do without it. */
export const LazyChart = lazy(() => import('./Chart'));
