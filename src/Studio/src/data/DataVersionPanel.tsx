import { Panel } from '../parts/Panel';
import { DataVersionFacts } from './DataVersionFacts';

export function DataVersionPanel({ name, version }: { name: string; version: string }) {
  return (
    <Panel title={version === 'latest' ? 'Latest version' : `Version ${version}`}>
      <DataVersionFacts name={name} version={version} />
    </Panel>
  );
}
