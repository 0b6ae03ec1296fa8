import { Page } from "../parts/page";
export default function Access() {
  return <Page title="Access">soon</Page>;
}
