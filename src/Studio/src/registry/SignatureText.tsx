import { Tooltip } from '@fluentui/react-components';
import type { Schemas } from '../api/client';
import { count } from '../format/numbers';

type Signature = Schemas['Registry.ModelRoutes.Response']['signature'];
type Tensor = Schemas['Registry.TensorSignature'];

const list = (tensors: readonly Tensor[]) => tensors.map(({ name, datatype }) => `${name} ${datatype}`).join(', ');

/** "5 inputs, 2 outputs"; their names and types on hovering. */
export function SignatureText({ signature }: { signature: Signature | undefined }) {
  if (!signature) return <>unknown</>;
  return (
    <Tooltip content={`${list(signature.inputs)} → ${list(signature.outputs)}`} relationship="description">
      <span>
        {count(signature.inputs.length, 'input')}, {count(signature.outputs.length, 'output')}
      </span>
    </Tooltip>
  );
}
