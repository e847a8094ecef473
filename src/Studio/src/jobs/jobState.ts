const over = new Set(['Completed', 'Failed', 'Canceled']);

export const isOver = (status: string): boolean => over.has(status);

/** Milliseconds until a page looks again; false while there is nothing to wait for. */
export const lookAgain = (isWaiting: boolean): number | false => (isWaiting ? 2000 : false);
