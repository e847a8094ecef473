import { makeStyles } from '@fluentui/react-components';
import { api } from '../api/client';
import { CountCard } from './CountCard';

// The listings are asked for so many at most; a greater number is shown as "1,000+".
const most = 1000;

const useStyles = makeStyles({
  cards: { display: 'grid', gridTemplateColumns: 'repeat(auto-fit, minmax(130px, 1fr))', gap: '16px' },
});

const useAssets = () => {
  const { data } = api.useSuspenseQuery('get', '/api/v1/data', { params: { query: { limit: most } } });
  return { number: data.versions.length, isMore: data.nextToken != null };
};

const useExperiments = () => {
  const { data } = api.useSuspenseQuery('get', '/api/v1/experiments');
  return { number: data.experiments.length, isMore: false };
};

const useRuns = () => {
  const { data } = api.useSuspenseQuery('get', '/api/v1/runs', { params: { query: { limit: most } } });
  return { number: data.runs.length, isMore: data.nextPageToken != null };
};

const useModelNames = () => {
  const { data } = api.useSuspenseQuery('get', '/api/v1/models');
  return { number: data.models.length, isMore: false };
};

const useEndpoints = () => {
  const { data } = api.useSuspenseQuery('get', '/api/v1/online-endpoints');
  return { number: data.endpoints.length, isMore: false };
};

export function Counts() {
  return (
    <div className={useStyles().cards}>
      <CountCard label="Data assets" to="/data" useCount={useAssets} />
      <CountCard label="Experiments" to="/experiments" useCount={useExperiments} />
      <CountCard label="Runs" to="/experiments" useCount={useRuns} />
      <CountCard label="Models" to="/models" useCount={useModelNames} />
      <CountCard label="Endpoints" to="/endpoints" useCount={useEndpoints} />
    </div>
  );
}
