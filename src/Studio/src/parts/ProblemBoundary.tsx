import { Component, type ReactNode } from 'react';
import { ProblemBar } from './ProblemBar';

type Props = { children: ReactNode; onRetry: () => void };
type State = { error: unknown };

// React tells of errors to class components only.
export class ProblemBoundary extends Component<Props, State> {
  override state: State = { error: undefined };

  static getDerivedStateFromError(error: unknown): State {
    return { error };
  }

  override render() {
    return this.state.error === undefined ? (
      this.props.children
    ) : (
      <ProblemBar error={this.state.error} onRetry={this.retry} />
    );
  }

  private readonly retry = () => {
    this.props.onRetry();
    this.setState({ error: undefined });
  };
}
