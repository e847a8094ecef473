/** "CancelRequested" and "FINISHED" both become words. */
export function stateWords(state: string): string {
  const words = state === state.toUpperCase() ? state : state.replace(/(?<=[a-z])(?=[A-Z])/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1).toLowerCase();
}
