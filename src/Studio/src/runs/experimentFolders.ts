/** The page of the experiments in a folder; '' is the top. */
export const pathOfFolder = (folder: string) =>
  folder === '' ? '/experiments' : `/experiments?folder=${encodeURIComponent(folder)}`;

/** What stands above a folder: the list of all, then each folder that it is in. */
export function foldersAbove(folder: string): { to: string; label: string }[] {
  if (folder === '') return [];
  const parts = folder.split('/').slice(0, -1);
  return [
    { to: pathOfFolder(''), label: 'Experiments' },
    ...parts.map((label, i) => ({ to: pathOfFolder(parts.slice(0, i + 1).join('/')), label })),
  ];
}

/** A name as it is called in a folder: team/fraud/lr in team is fraud/lr. */
export const nameWithin = (folder: string, name: string) => (folder === '' ? name : name.slice(folder.length + 1));
