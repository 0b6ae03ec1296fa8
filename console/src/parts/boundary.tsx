/** A page that broke says so; the rest of the console goes on. */
import { Component, type ReactNode } from "react";
import { Problem } from "./trouble";

type State = { error: Error | null };

type Props = { path: string; children: ReactNode };

export class Boundary extends Component<Props, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: Error): State {
    return { error };
  }

  /** Another page is another try. */
  override componentDidUpdate(before: Props) {
    if (before.path !== this.props.path && this.state.error) this.setState({ error: null });
  }

  override render() {
    const { error } = this.state;
    if (!error) return this.props.children;
    return <Problem error={new Error(`this page could not be shown: ${error.message}`)} onRetry={() => location.reload()} />;
  }
}
