import { makeStyles, Switch } from '@fluentui/react-components';
import { useSearchParams } from 'react-router';
import { formatFigure, type Figure } from '../format/numbers';
import { Empty } from '../parts/Empty';
import { Grid } from '../parts/Grid';
import { Panel } from '../parts/Panel';
import { TextLink } from '../parts/TextLink';
import { MetricCharts } from './MetricCharts';

// The switch brings margins for a form, which make the rows of a table high.
const useStyles = makeStyles({ toggle: { marginTop: '-6px', marginBottom: '-6px' } });

type Props = { id: string; metrics: Readonly<Record<string, Figure>> };

/** The last value of each metric, and those chosen in the address as a chart: ?metric=train/loss&metric=valid/loss */
export function RunMetrics({ id, metrics }: Props) {
  const styles = useStyles();
  const [params, setParams] = useSearchParams();
  const keys = Object.keys(metrics).sort();
  const chosen = params.getAll('metric').filter(key => keys.includes(key));
  if (keys.length === 0) {
    return (
      <Panel title="Metrics">
        <Empty>This run has logged no metrics.</Empty>
      </Panel>
    );
  }

  const toggle = (key: string) => {
    const next = chosen.includes(key) ? chosen.filter(other => other !== key) : [...chosen, key];
    setParams(
      next.map((metric): [string, string] => ['metric', metric]),
      { preventScrollReset: true },
    );
  };
  return (
    <>
      <Panel title="Metrics" beside={chosen.length > 0 && <TextLink to="?">Clear the chart</TextLink>}>
        <Grid
          label="Metrics"
          rows={keys}
          keyOf={key => key}
          columns={[
            { name: 'Metric', show: key => key },
            { name: 'Last value', right: true, show: key => formatFigure(metrics[key]) },
            {
              name: 'Chart',
              show: key => (
                <Switch
                  className={styles.toggle}
                  aria-label={`Chart of ${key}`}
                  checked={chosen.includes(key)}
                  onChange={() => {
                    toggle(key);
                  }}
                />
              ),
            },
          ]}
        />
      </Panel>
      {chosen.length > 0 && (
        <Panel title="Series">
          <MetricCharts id={id} keys={chosen} />
        </Panel>
      )}
    </>
  );
}
