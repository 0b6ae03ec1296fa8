import { Page } from "../parts/page";
export default function Feedback() {
  return <Page title="Feedback">soon</Page>;
}
