import { useParams } from 'react-router';

/** A part of the path that the route names, as in models/:model. */
export function useAddressPart(name: string): string {
  const value = useParams()[name];
  if (value === undefined) throw new Error(`The route of this page has no part ':${name}'.`);
  return value;
}
