import type { Schemas } from '../api/client';
import { NodeLink } from '../parts/NodeLink';

type Outputs = Schemas['Jobs.JobWire.Step']['outputs'];

/** The names of the outputs; what was registered leads to its lineage. */
export function StepOutputs({ outputs }: { outputs: Outputs }) {
  return Object.entries(outputs).map(([name, output]) => (
    <div key={name}>
      {name}
      {output.node && (
        <>
          {' → '}
          <NodeLink node={output.node} />
        </>
      )}
    </div>
  ));
}
